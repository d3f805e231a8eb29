/* 3_scene — the programs that use the queue of 3_call_soon.c; see 3_scene.h. */
#include "3_scene.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lives in main, and owns what it points to. */
struct scene {
    struct soon *soon;
    struct event_base *base;
    struct event *timer;
    struct call_number *numbers; /* one for each call */
    long total, done, stop_at;
};

/* What a call is told: its number in the order in which it was deferred. */
struct call_number {
    struct scene *scene;
    long number;
};

static void print_number(void *arg)
{
    struct call_number *call = arg;
    struct scene *scene = call->scene;

    scene->done++;
    printf("%ld%s", call->number, scene->done % scene->total ? " " : "\n");
}

static void defer_numbers(struct scene *scene, long from)
{
    for (long i = from; i < from + scene->total; i++) {
        scene->numbers[i].scene = scene;
        scene->numbers[i].number = i;
        if (call_soon(scene->soon, print_number, &scene->numbers[i]) < 0)
            fputs("3_call_soon: call_soon failed\n", stderr);
    }
    printf("deferred %ld\n", scene->total);
}

static void on_later(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    defer_numbers(scene, scene->total);
}

/* Due as soon as the chain has begun; does the chain leave it a turn? */
static void on_turn(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    puts(scene->done < 10 ? "the timer had its turn" : "the timer was starved");
}

static void link_of_chain(void *arg)
{
    const struct timeval at_once = {0, 0};
    struct scene *scene = arg;

    if (++scene->done == 1 && evtimer_add(scene->timer, &at_once) < 0)
        fputs("3_call_soon: cannot add a timer\n", stderr);
    if (scene->done == scene->stop_at)
        event_base_loopbreak(scene->base);
    if (scene->done == scene->total)
        printf("the chain has ended: %ld calls\n", scene->done);
    else if (call_soon(scene->soon, link_of_chain, scene) < 0)
        fputs("3_call_soon: call_soon failed\n", stderr);
}

/* Runs a scene until nothing is pending. Returns 0; on failure returns -1. */
static int scene_run(struct scene *scene, int chain)
{
    const struct timeval delay = {0, 20000};

    scene->timer = evtimer_new(scene->base, chain ? on_turn : on_later, scene);
    if (!scene->timer)
        return -1;
    if (chain) {
        if (call_soon(scene->soon, link_of_chain, scene) < 0)
            return -1;
    } else {
        defer_numbers(scene, 0);
        if (evtimer_add(scene->timer, &delay) < 0)
            return -1;
    }
    return event_base_dispatch(scene->base) < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct scene scene = {0};
    int stop = argc == 4 && !strcmp(argv[1], "stop");
    int chain = stop || (argc == 3 && !strcmp(argv[1], "chain")), status = 1;

    if (chain || argc == 2)
        scene.total = strtol(argv[argc - 1], NULL, 10);
    if (stop)
        scene.stop_at = strtol(argv[2], NULL, 10);
    if (scene.total < 1) {
        fputs("usage: 3_call_soon N | chain N | stop AT N\n", stderr);
        return 2;
    }

    scene.base = event_base_new();
    scene.soon = calloc(1, soon_size);
    scene.numbers = calloc((size_t)scene.total * 2, sizeof *scene.numbers);
    if (scene.base && scene.soon && scene.numbers &&
        soon_init(scene.soon, scene.base) == 0 &&
        scene_run(&scene, chain) == 0 && fflush(stdout) == 0 && !ferror(stdout))
        status = 0;
    else
        fputs("3_call_soon: failed\n", stderr);

    if (scene.timer)
        event_free(scene.timer);
    if (scene.soon)
        soon_free(scene.soon);
    if (scene.base)
        event_base_free(scene.base);
    free(scene.soon);
    free(scene.numbers);
    libevent_global_shutdown();
    return status;
}
