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
 * Task:    README.md#2             Check: make practice EXERCISE=01-2
 */
#include "given/2_scene.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

/* A question. Its answer is a byte that can be read from its pipe. */
struct question {
    int number;
    int read_end;         /* not owned */
    struct event *answer; /* owned */
};

/* ---- Your part: the deadline. This one waits for the answer forever. ---- */

static void on_answer(evutil_socket_t fd, short events, void *arg)
{
    struct question *question = arg;

    (void)fd;
    (void)events;
    printf("%d: answer\n", question->number);
}

/* Waits for the answer, but for `ms` milliseconds at most. Prints one line,
 * once: what came first. An answer that is there when the loop looks again has
 * come in time. Returns NULL on failure. */
struct question *question_ask(struct event_base *base, int number, int read_end,
                              long ms)
{
    struct question *question = calloc(1, sizeof *question);

    (void)ms;
    if (!question)
        return NULL;
    question->number = number;
    question->read_end = read_end;
    question->answer = event_new(base, read_end, EV_READ, on_answer, question);
    if (!question->answer || event_add(question->answer, NULL) < 0) {
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
    free(question);
}
