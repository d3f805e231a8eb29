/* 3_call_soon — deferred calls keep their order.
 *
 * asyncio: loop.call_soon
 * Run:     ./3_call_soon 5            five calls, and 20 ms later five more
 *          ./3_call_soon chain 1000   a call that defers itself 1000 times
 *          ./3_call_soon stop 3 10    the same of ten; the third stops the loop
 *
 * One timer of {0, 0} wakes the queue in the next pass. It runs as many calls
 * as there were when the pass began: what they defer waits for the pass after
 * that, so that timers and descriptors get their turn.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

typedef void (*function)(void *arg);

/* One deferred call; owned by the queue until it is run. */
struct call {
    function run;
    void *arg; /* not owned */
    TAILQ_ENTRY(call) next;
};

/* Lives in main; owns the calls that have not run, and the event. */
struct soon {
    struct event *wake; /* pending while there are calls */
    TAILQ_HEAD(, call) calls;
    long count;
};

static int soon_wake(struct soon *soon)
{
    const struct timeval at_once = {0, 0};

    return evtimer_add(soon->wake, &at_once);
}

static void on_wake(evutil_socket_t fd, short events, void *arg)
{
    struct soon *soon = arg;

    (void)fd;
    (void)events;
    for (long n = soon->count; n > 0; n--) {
        struct call *call = TAILQ_FIRST(&soon->calls);

        TAILQ_REMOVE(&soon->calls, call, next);
        soon->count--;
        call->run(call->arg);
        free(call);
    }
    if (soon->count > 0)
        soon_wake(soon);
}

/* Makes an empty queue. Returns 0, or -1 if there is no memory. */
static int soon_init(struct soon *soon, struct event_base *base)
{
    TAILQ_INIT(&soon->calls);
    soon->count = 0;
    soon->wake = evtimer_new(base, on_wake, soon);
    return soon->wake ? 0 : -1;
}

/* Defers run(arg) to the next pass. Returns 0, or -1 if there is no memory. */
static int call_soon(struct soon *soon, function run, void *arg)
{
    struct call *call = malloc(sizeof *call);

    if (!call)
        return -1;
    call->run = run;
    call->arg = arg;
    if (soon->count == 0 && soon_wake(soon) < 0) {
        free(call);
        return -1;
    }
    TAILQ_INSERT_TAIL(&soon->calls, call, next);
    soon->count++;
    return 0;
}

/* Frees the queue, and the calls that nobody has run. Also called for one that
 * is all zeros, because soon_init was never called. */
static void soon_free(struct soon *soon)
{
    struct call *call;

    while ((call = TAILQ_FIRST(&soon->calls))) {
        TAILQ_REMOVE(&soon->calls, call, next);
        free(call);
    }
    if (soon->wake)
        event_free(soon->wake);
}

/* ---- The scenes: nothing is to be changed from here on. ---- */

/* Lives in main. */
struct scene {
    struct soon soon;
    struct event_base *base;
    struct event *timer;
    struct call_number *numbers; /* owned: one for each call */
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
        if (call_soon(&scene->soon, print_number, &scene->numbers[i]) < 0)
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

/* Due as soon as the chain has begun; does that leave it a turn? */
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
    else if (call_soon(&scene->soon, link_of_chain, scene) < 0)
        fputs("3_call_soon: call_soon failed\n", stderr);
}

/* Runs a scene till nothing is pending. Returns 0, or -1. */
static int scene_run(struct scene *scene, int chain)
{
    const struct timeval delay = {0, 20000};

    scene->timer = evtimer_new(scene->base, chain ? on_turn : on_later, scene);
    if (!scene->timer)
        return -1;
    if (chain) {
        if (call_soon(&scene->soon, link_of_chain, scene) < 0)
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
    scene.numbers = calloc((size_t)scene.total * 2, sizeof *scene.numbers);
    if (scene.base && scene.numbers &&
        soon_init(&scene.soon, scene.base) == 0 &&
        scene_run(&scene, chain) == 0 && fflush(stdout) == 0)
        status = 0;
    else
        fputs("3_call_soon: failed\n", stderr);

    if (scene.timer)
        event_free(scene.timer);
    if (scene.base) {
        soon_free(&scene.soon);
        event_base_free(scene.base);
    }
    free(scene.numbers);
    libevent_global_shutdown();
    return status;
}
