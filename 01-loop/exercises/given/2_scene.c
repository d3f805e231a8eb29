/* 2_scene — the program around the questions of 2_first.c; see 2_scene.h. */
#define _GNU_SOURCE 1 /* pipe2 */
#include "2_scene.h"
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUESTIONS = 16 };

/* A process that answers one question: it writes a byte into a pipe. */
struct answerer {
    int read_end; /* owned, as are the process and the question */
    pid_t process;
    struct question *question; /* or NULL */
};

/* Starts a process that answers after so many ms. Returns 0; on failure returns
 * -1, and answerer_close() still undoes it. */
static int answerer_open(struct answerer *answerer, long delay)
{
    int pipe_fds[2];

    if (pipe2(pipe_fds, O_NONBLOCK | O_CLOEXEC) < 0)
        return -1;
    answerer->read_end = pipe_fds[0];
    answerer->process = fork();
    if (answerer->process == 0) {
        close(pipe_fds[0]);
        usleep((useconds_t)delay * 1000);
        _exit(write(pipe_fds[1], "!", 1) == 1 ? 0 : 1);
    }
    close(pipe_fds[1]);
    return answerer->process < 0 ? -1 : 0;
}

static void answerer_close(struct answerer *answerer)
{
    if (answerer->question)
        question_free(answerer->question);
    if (answerer->process > 0) {
        kill(answerer->process, SIGKILL);
        waitpid(answerer->process, NULL, 0);
    }
    if (answerer->read_end > 0)
        close(answerer->read_end);
}

/* Another callback of the same loop, which blocks it. */
static void on_block(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    usleep(*(useconds_t *)arg * 1000);
}

int main(int argc, char **argv)
{
    const struct timeval at_once = {0, 0};
    struct answerer answerers[QUESTIONS] = {0};
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
        struct answerer *answerer = &answerers[i];

        if (answerer_open(answerer, strtol(argv[first + 1 + i], NULL, 10)) < 0)
            goto cleanup;
        answerer->question = question_ask(base, i, answerer->read_end,
                                          strtol(argv[first], NULL, 10));
        if (!answerer->question)
            goto cleanup;
    }
    if (event_base_dispatch(base) == 1) /* nothing is pending any more */
        status = 0;

cleanup:
    for (int i = 0; i < count; i++)
        answerer_close(&answerers[i]);
    if (blocker)
        event_free(blocker);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
