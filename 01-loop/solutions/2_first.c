/* 2_first — the first of two wins, and the other is undone.
 *
 * asyncio: asyncio.wait_for
 * Run:     make try EXERCISE=01-2 ARGS='300 50 60000'
 *                                  two questions, 300 ms for each; one is
 *                                  answered after 50 ms, one after a minute
 *          make try EXERCISE=01-2 ARGS='-b 250 100 50'
 *                                  another callback blocks for 250 ms
 * Prints:  0: answer, 1: timeout, as it comes
 * Given:   given/2_scene.h            main, the pipes and who answers
 *
 * Two events wait for each question. The one that comes first prints, and takes
 * the other out of the loop. Both may come in one pass: the loop looks at the
 * descriptors before the timers, so the answer is first, and event_del() takes
 * out a deadline that is active already.
 */
#include "given/2_scene.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

/* A question. Its answer is a byte that can be read from its pipe. */
struct question {
    int number;
    /* Both are owned, and pending until one of them has come. */
    struct event *answer, *deadline;
};

/* Ends the wait, whichever event has come. */
static void settle(struct question *question, const char *how)
{
    event_del(question->answer);
    event_del(question->deadline);
    printf("%d: %s\n", question->number, how);
}

static void on_answer(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    settle(arg, "answer");
}

static void on_deadline(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    settle(arg, "timeout");
}

/* Waits for the answer, but for `ms` milliseconds at most. Prints one line,
 * once: what came first. An answer that is there when the loop looks again has
 * come in time. Returns NULL on failure. */
struct question *question_ask(struct event_base *base, int number, int read_end,
                              long ms)
{
    struct timeval delay = {ms / 1000, ms % 1000 * 1000};
    struct question *question = calloc(1, sizeof *question);

    if (!question)
        return NULL;
    question->number = number;
    question->answer = event_new(base, read_end, EV_READ, on_answer, question);
    question->deadline = evtimer_new(base, on_deadline, question);
    if (!question->answer || !question->deadline ||
        event_add(question->answer, NULL) < 0 ||
        evtimer_add(question->deadline, &delay) < 0) {
        question_free(question);
        return NULL;
    }
    return question;
}

/* Frees what question_ask has made, even if it failed half way. */
void question_free(struct question *question)
{
    if (question->answer)
        event_free(question->answer);
    if (question->deadline)
        event_free(question->deadline);
    free(question);
}
