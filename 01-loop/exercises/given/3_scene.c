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

static void defer(struct scene *scene, function run, void *arg)
{
    if (call_soon(scene->soon, run, arg) != 0)
        puts("call_soon failed");
}

static void defer_numbers(struct scene *scene, long from, function run)
{
    for (long i = from; i < from + scene->total; i++) {
        scene->numbers[i].scene = scene;
        scene->numbers[i].number = i;
        defer(scene, run, &scene->numbers[i]);
    }
    printf("deferred %ld\n", scene->total);
}

static void print_number(void *arg)
{
    struct call_number *call = arg;
    long total = call->scene->total;
    int is_last =
        (call->number + 1) % total == 0 || call->number == 2 * total - 2;

    printf("%ld%s", call->number, is_last ? "\n" : " ");
}

/* Defers another, which prints a number that is greater by N; but the last
 * defers none. */
static void print_and_defer(void *arg)
{
    struct call_number *call = arg, *next = call + call->scene->total;

    print_number(call);
    if (call->number == call->scene->total - 1)
        return;
    next->scene = call->scene;
    next->number = call->number + call->scene->total;
    defer(call->scene, print_number, next);
}

static void on_later(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    defer_numbers(scene, 2 * scene->total, print_number);
}

/* Due as soon as the chain has begun; does the chain leave it a turn? */
static void on_turn(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    puts(scene->done < 4 ? "the timer had its turn" : "the timer was starved");
}

static void link_of_chain(void *arg)
{
    const struct timeval at_once = {0, 0};
    struct scene *scene = arg;

    if (++scene->done == 1 && evtimer_add(scene->timer, &at_once) < 0)
        fputs("3_call_soon: cannot add a timer\n", stderr);
    if (scene->done == scene->stop_at) {
        event_base_loopbreak(scene->base);
        defer_numbers(scene, 0, print_number);
    } else if (!scene->stop_at && scene->done == scene->total) {
        printf("the chain has ended: %ld calls\n", scene->done);
    } else {
        defer(scene, link_of_chain, scene);
    }
}

/* Runs a scene until nothing is pending. Returns 0; on failure returns -1. */
static int scene_run(struct scene *scene, int chain)
{
    const struct timeval delay = {0, 20000};

    scene->timer = evtimer_new(scene->base, chain ? on_turn : on_later, scene);
    if (!scene->timer)
        return -1;
    if (chain) {
        defer(scene, link_of_chain, scene);
    } else {
        defer_numbers(scene, 0, print_and_defer);
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
    if (scene.total < 1 || (stop && scene.stop_at < 1)) {
        fputs("usage: 3_call_soon N | chain N | stop AT N\n", stderr);
        return 2;
    }

    scene.base = event_base_new();
    scene.soon = calloc(1, soon_size);
    scene.numbers = calloc((size_t)scene.total * 3, sizeof *scene.numbers);
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
