/* 3_call_soon — deferred calls keep their order.
 *
 * asyncio: loop.call_soon
 * Run:     make try EXERCISE=01-3 ARGS=5
 *                                  five calls, which defer four, and 20 ms
 *                                  later five more
 *          make try EXERCISE=01-3 ARGS='chain 1000'
 *                                  a call that defers itself 1000 times
 *          make try EXERCISE=01-3 ARGS='stop 3 10'
 *                                  the third stops the loop, and defers ten
 * Given:   given/3_scene.h            main, and the calls that are deferred
 * Task:    README.md#3             Check: make practice EXERCISE=01-3
 */
#include "given/3_scene.h"
#include <event2/event.h>
#include <stdlib.h>

/* ---- Your part: this call_soon does not keep its promises. ---- */

/* One deferred call. */
struct call {
    function run;
    void *arg; /* not owned */
    struct event *timer;
};

/* The scene owns its memory. */
struct soon {
    struct event_base *base;
};

const size_t soon_size = sizeof(struct soon);

static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
    struct call *call = arg;

    (void)fd;
    (void)events;
    call->run(call->arg);
    event_free(call->timer);
    free(call);
}

/* Makes an empty queue. Returns 0; without memory returns -1. */
int soon_init(struct soon *soon, struct event_base *base)
{
    soon->base = base;
    return 0;
}

/* Defers run(arg) to the next pass of the loop, after the calls that were
 * deferred before it. Returns 0; without memory returns -1. */
int call_soon(struct soon *soon, function run, void *arg)
{
    const struct timeval at_once = {0, 0};
    struct call *call = malloc(sizeof *call);

    if (!call)
        return -1;
    call->run = run;
    call->arg = arg;
    call->timer = evtimer_new(soon->base, on_timeout, call);
    if (!call->timer || evtimer_add(call->timer, &at_once) < 0) {
        if (call->timer)
            event_free(call->timer);
        free(call);
        return -1;
    }
    return 0;
}

/* Frees what the queue owns, and the calls that have not run. It is also called
 * for a queue that is all zeros, because soon_init was never called. */
void soon_free(struct soon *soon)
{
    (void)soon;
}
