/* 1_ticker — ticks that keep to their schedule.
 *
 * asyncio: loop.call_at
 * Run:     make try EXERCISE=01-1 ARGS='40 25 10'
 *                                  every 40 ms, 25 ms of work in each, 10
 * Prints:  tick 1 … tick 10
 * Given:   given/1_scene.h            main, do_tick(), now_ms()
 * Task:    README.md#1             Check: make practice EXERCISE=01-1
 */
#include "given/1_scene.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

/* Owns the event. */
struct ticker {
    struct event *timer;
    struct sampler *sampler; /* not owned; its times are in milliseconds */
    long tick;               /* the number of the last tick */
};

/* ---- Your part: this ticker drifts, and does not see what it misses. ---- */

/* Waits for the next tick. Returns 0; on failure returns -1. */
static int ticker_wait(struct ticker *ticker)
{
    struct timeval delay;

    delay.tv_sec = ticker->sampler->period / 1000;
    delay.tv_usec = ticker->sampler->period % 1000 * 1000;
    return evtimer_add(ticker->timer, &delay);
}

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
    struct ticker *ticker = arg;

    (void)fd;
    (void)events;
    ticker->tick++;
    do_tick(ticker->sampler, ticker->tick, 0);
    if (event_base_update_cache_time(event_get_base(ticker->timer)) < 0 ||
        (ticker->tick < ticker->sampler->count && ticker_wait(ticker) < 0))
        fputs("1_ticker: cannot add a timer\n", stderr);
}

struct ticker *ticker_new(struct event_base *base, struct sampler *sampler)
{
    struct ticker *ticker = calloc(1, sizeof *ticker);

    if (!ticker)
        return NULL;
    ticker->sampler = sampler;
    ticker->timer = evtimer_new(base, on_tick, ticker);
    if (!ticker->timer || ticker_wait(ticker) < 0) {
        ticker_free(ticker);
        return NULL;
    }
    return ticker;
}

void ticker_free(struct ticker *ticker)
{
    if (ticker->timer)
        event_free(ticker->timer);
    free(ticker);
}
