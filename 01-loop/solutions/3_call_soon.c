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
 *
 * One timer of {0, 0} wakes the queue in the next pass. It runs as many calls
 * as there were when the pass began: what they defer waits for the pass after
 * that, so that timers and descriptors get their turn.
 */
#include "given/3_scene.h"
#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>

/* One deferred call; owned by the queue until it is run. */
struct call {
    function run;
    void *arg; /* not owned */
    TAILQ_ENTRY(call) next;
};

/* Owns the event and the calls that have not run; the scene owns its memory. */
struct soon {
    struct event *wake; /* pending while there are calls */
    TAILQ_HEAD(, call) calls;
    long count;
};

const size_t soon_size = sizeof(struct soon);

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

/* Makes an empty queue. Returns 0; without memory returns -1. */
int soon_init(struct soon *soon, struct event_base *base)
{
    TAILQ_INIT(&soon->calls);
    soon->count = 0;
    soon->wake = evtimer_new(base, on_wake, soon);
    return soon->wake ? 0 : -1;
}

/* Defers run(arg) to the next pass of the loop, after the calls that were
 * deferred before it. Returns 0; without memory returns -1. */
int call_soon(struct soon *soon, function run, void *arg)
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

/* Frees what the queue owns, and the calls that have not run. It is also called
 * for a queue that is all zeros, because soon_init was never called. */
void soon_free(struct soon *soon)
{
    struct call *call;

    while ((call = TAILQ_FIRST(&soon->calls))) {
        TAILQ_REMOVE(&soon->calls, call, next);
        free(call);
    }
    if (soon->wake)
        event_free(soon->wake);
}
