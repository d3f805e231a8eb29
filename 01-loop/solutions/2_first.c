/* 2_first — the first of two wins, and the other is undone.
 *
 * asyncio: asyncio.wait_for
 * Run:     ./2_first 300 50 60000     two questions, 300 ms for each; one is
 *                                     answered after 50 ms, one after a minute
 *          ./2_first -b 250 100 50    another callback blocks for 250 ms
 * Prints:  0: answer, 1: timeout, as it comes
 * Given:   given/2_scene.h            main, the pipes and who answers
 *
 * Two events wait for each question. The one that comes first prints, and takes
 * the other out of the loop. Both may come in one pass, so before a question is
 * given up its pipe is looked at once more.
 */
#include "given/2_scene.h"
#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* A question. Its answer is a byte that can be read from its pipe. */
struct question {
    int number;
    int read_end; /* not owned */
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
    struct question *question = arg;
    struct pollfd look = {question->read_end, POLLIN, 0};

    (void)fd;
    (void)events;
    settle(question, poll(&look, 1, 0) > 0 ? "answer" : "timeout");
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
    question->read_end = read_end;
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
