/* 2_first — the first of two wins, and the other is undone.
 *
 * asyncio: asyncio.wait_for
 * Run:     ./2_first 300 50 60000     two questions, 300 ms for each; one is
 *                                     answered after 50 ms, one after a minute
 *          ./2_first -b 250 100 50    somebody's callback blocks for 250 ms
 * Prints:  0: answer, 1: timeout, as it comes
 * Task:    README.md#2             Check: make practice EXERCISE=01-2
 */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUESTIONS = 16 };

/* A question; whoever answers it writes a byte into its pipe. */
struct question {
    int number;
    int read_end; /* owned, as are the process and the events */
    pid_t answerer;
    struct event *answer;
};

/* ---- Your part: the deadline. This one waits for the answer for ever. ---- */

static void on_answer(evutil_socket_t fd, short events, void *arg)
{
    struct question *question = arg;

    (void)fd;
    (void)events;
    printf("%d: answer\n", question->number);
}

/* Waits for the answer, but for so many ms at most. Prints one line, once: what
 * came first. An answer that is there when the loop gets to look has come in
 * time. Returns 0, or -1; question_free undoes it in both cases. */
static int question_ask(struct question *question, struct event_base *base,
                        long ms)
{
    (void)ms;
    question->answer =
        event_new(base, question->read_end, EV_READ, on_answer, question);
    return question->answer ? event_add(question->answer, NULL) : -1;
}

/* Frees what question_ask made; also of a question that was never asked. */
static void question_free(struct question *question)
{
    if (question->answer)
        event_free(question->answer);
}

/* ---- The scene: nothing is to be changed from here on. ---- */

/* Starts a process that answers after so many ms. Returns 0, or -1. */
static int question_open(struct question *question, long answered_after)
{
    int ends[2];

    if (pipe(ends) < 0)
        return -1;
    question->read_end = ends[0];
    question->answerer = fork();
    if (question->answerer == 0) {
        close(ends[0]);
        usleep((useconds_t)answered_after * 1000);
        _exit(write(ends[1], "!", 1) == 1 ? 0 : 1);
    }
    close(ends[1]);
    return question->answerer < 0 ? -1 : 0;
}

static void question_close(struct question *question)
{
    if (question->answerer > 0) {
        kill(question->answerer, SIGKILL);
        waitpid(question->answerer, NULL, 0);
    }
    if (question->read_end > 0)
        close(question->read_end);
}

/* Somebody else's callback, which takes its time. */
static void on_block(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    usleep(*(useconds_t *)arg * 1000);
}

int main(int argc, char **argv)
{
    const struct timeval at_once = {0, 0};
    struct question questions[QUESTIONS] = {0};
    int first = argc > 2 && !strcmp(argv[1], "-b") ? 3 : 1;
    useconds_t block = 0;
    struct event_base *base;
    struct event *blocker = NULL;
    int count = argc - first - 1, status = 1;

    if (count < 1 || count > QUESTIONS) {
        fputs("usage: 2_first [-b BLOCK] DEADLINE DELAY...\n", stderr);
        return 2;
    }
    if (first == 3)
        block = (useconds_t)strtol(argv[2], NULL, 10);
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (base)
        blocker = evtimer_new(base, on_block, &block);
    if (!blocker || evtimer_add(blocker, &at_once) < 0)
        goto cleanup;
    for (int i = 0; i < count; i++) {
        questions[i].number = i;
        if (question_open(&questions[i],
                          strtol(argv[first + 1 + i], NULL, 10)) < 0 ||
            question_ask(&questions[i], base, strtol(argv[first], NULL, 10)) <
                0)
            goto cleanup;
    }
    if (event_base_dispatch(base) == 1) /* nothing is pending any more */
        status = 0;

cleanup:
    for (int i = 0; i < count; i++) {
        question_free(&questions[i]);
        question_close(&questions[i]);
    }
    if (blocker)
        event_free(blocker);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
