/* 2_scene — the program around the questions of 2_first.c; see 2_scene.h. */
#define _GNU_SOURCE 1 /* pipe2 */
#include "2_scene.h"
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUESTIONS = 100 };

/* What a question is asked through: a pipe, and when its answer comes. */
struct channel {
    int read_end, write_end;   /* owned, or 0; the answerer writes */
    long delay;                /* in ms */
    struct question *question; /* owned, or NULL */
};

/* Lives in main, and owns what it points to. */
struct scene {
    struct channel channels[QUESTIONS];
    int count;
    pid_t answerer; /* a process */
    struct event_base *base;
    struct event *blocker;
    long block; /* in ms */
};

/* No event can wait for a directory: that stands for all that may fail. */
static int channel_open(struct channel *channel, long delay)
{
    int pipe_fds[2] = {0};
    int result = delay < 0 ? pipe_fds[0] = open("/", O_RDONLY | O_CLOEXEC)
                           : pipe2(pipe_fds, O_NONBLOCK | O_CLOEXEC);

    channel->delay = delay;
    channel->read_end = pipe_fds[0];
    channel->write_end = pipe_fds[1];
    return result;
}

static struct channel *next_to_answer(struct scene *scene)
{
    struct channel *next = NULL;

    for (int i = 0; i < scene->count; i++) {
        struct channel *channel = &scene->channels[i];

        if (channel->write_end > 0 && (!next || channel->delay < next->delay))
            next = channel;
    }
    return next;
}

/* The answerer's whole life: a byte into each pipe when its time has come. */
static void answer_all(struct scene *scene)
{
    long now = 0;
    struct channel *channel;

    while ((channel = next_to_answer(scene))) {
        usleep((useconds_t)(channel->delay - now) * 1000);
        now = channel->delay;
        if (write(channel->write_end, "!", 1) != 1)
            _exit(1);
        close(channel->write_end);
        channel->write_end = 0;
    }
    _exit(0);
}

/* Another callback of the same loop, which blocks it. The answers that are due
 * meanwhile are there afterwards, on a busy machine, too. */
static void on_block(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    usleep((useconds_t)scene->block * 1000);
    for (int i = 0; i < scene->count; i++) {
        struct pollfd answer = {.fd = scene->channels[i].read_end,
                                .events = POLLIN};

        if (scene->channels[i].delay < scene->block)
            (void)poll(&answer, 1, 1000);
    }
}

/* Opens the pipes and starts the answerer. Returns 0; on failure returns -1. */
static int scene_open(struct scene *scene, char **delays)
{
    for (int i = 0; i < scene->count; i++)
        if (channel_open(&scene->channels[i], strtol(delays[i], NULL, 10)) < 0)
            return -1;
    scene->answerer = fork();
    if (scene->answerer == 0)
        answer_all(scene);
    return scene->answerer < 0 ? -1 : 0;
}

/* Asks all, and runs the loop. Returns 0 if it ended by itself; else -1. */
static int scene_run(struct scene *scene, long deadline)
{
    const struct timeval at_once = {0, 0};

    scene->base = event_base_new();
    if (!scene->base)
        return -1;
    scene->blocker = evtimer_new(scene->base, on_block, scene);
    if (!scene->blocker || evtimer_add(scene->blocker, &at_once) < 0)
        return -1;
    for (int i = 0; i < scene->count; i++) {
        struct channel *channel = &scene->channels[i];

        channel->question =
            question_ask(scene->base, i, channel->read_end, deadline);
        if (!channel->question)
            printf("%d: not asked\n", i);
    }
    return event_base_dispatch(scene->base) == 1 ? 0 : -1;
}

static void scene_close(struct scene *scene)
{
    for (int i = 0; i < scene->count; i++) {
        struct channel *channel = &scene->channels[i];

        if (channel->question)
            question_free(channel->question);
        if (channel->read_end > 0)
            close(channel->read_end);
        if (channel->write_end > 0)
            close(channel->write_end);
    }
    if (scene->answerer > 0) {
        kill(scene->answerer, SIGKILL);
        waitpid(scene->answerer, NULL, 0);
    }
    if (scene->blocker)
        event_free(scene->blocker);
    if (scene->base)
        event_base_free(scene->base);
    libevent_global_shutdown();
}

int main(int argc, char **argv)
{
    struct scene scene = {0};
    int first = argc > 2 && !strcmp(argv[1], "-b") ? 3 : 1, status = 1;

    scene.count = argc - first - 1;
    if (scene.count < 1 || scene.count > QUESTIONS) {
        fputs("usage: 2_first [-b BLOCK] DEADLINE DELAY...\n", stderr);
        return 2;
    }
    if (first == 3)
        scene.block = strtol(argv[2], NULL, 10);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (scene_open(&scene, argv + first + 1) == 0 &&
        scene_run(&scene, strtol(argv[first], NULL, 10)) == 0)
        status = 0;
    scene_close(&scene);
    return status;
}
