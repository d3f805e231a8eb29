/* 1_ticker — ticks that keep to their schedule.
 *
 * asyncio: loop.call_at
 * Run:     make try EXERCISE=01-1 ARGS='40 25 10'
 *                                  every 40 ms, 25 ms of work in each, 10
 * Prints:  tick 1 … tick 10
 * Given:   given/1_scene.h            main, do_tick(), now_ms()
 *
 * Tick k is due k periods after the start, whatever the ticks before it cost:
 * the wait is worked out from the clock each time. The loop's own idea of the
 * time is as old as this pass, so it is refreshed before a timer is added.
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
    long next;               /* the number of the tick the timer waits for */
};

/* Waits for the first tick that is still to come. Returns 0; on failure returns
 * -1. */
static int ticker_wait(struct ticker *ticker)
{
    long period = ticker->sampler->period;
    double passed = now_ms() - ticker->sampler->start, ms;
    struct timeval delay;

    ticker->next = (long)(passed / (double)period) + 1;
    if (ticker->next <= ticker->tick) /* the loop's clock was a little early */
        ticker->next = ticker->tick + 1;
    ms = (double)(ticker->next * period) - passed;
    delay.tv_sec = (time_t)(ms / 1e3);
    delay.tv_usec = (suseconds_t)((ms - (double)delay.tv_sec * 1e3) * 1e3);
    if (event_base_update_cache_time(event_get_base(ticker->timer)) < 0)
        return -1;
    return evtimer_add(ticker->timer, &delay);
}

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
    struct ticker *ticker = arg;
    long missed = ticker->next - ticker->tick - 1;

    (void)fd;
    (void)events;
    ticker->tick = ticker->next;
    do_tick(ticker->sampler, ticker->tick, missed);
    if (ticker->tick < ticker->sampler->count && ticker_wait(ticker) < 0)
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
