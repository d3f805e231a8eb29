/* 1_ticker — ticks that keep to their schedule.
 *
 * asyncio: loop.call_at
 * Run:     ./1_ticker 40 25 10        every 40 ms, 25 ms of work in each, 10
 * Prints:  tick 1 … tick 10
 *
 * Tick k is due k periods after the start, whatever the ticks before it cost:
 * the wait is worked out from the clock each time. The loop's own idea of the
 * time is as old as this pass, so it is refreshed before a timer is added.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Lives in main. Times are in milliseconds. */
struct ticker {
    struct event *timer;
    long period, work, count; /* tick `count` is the last one, or a later one */
    double start;
    long tick; /* the number of the last tick */
    long next; /* of the one the timer waits for */
};

/* A clock that nobody sets, and as fine as it gets. */
static double now_ms(void)
{
    struct timespec time = {0};

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Says which tick this is, and on stderr when, then works as long as it was
 * told. It is given; the tests read both. */
static void do_tick(const struct ticker *ticker, long tick, long missed)
{
    fprintf(stderr, "%ld %.0f\n", tick, now_ms() - ticker->start);
    if (missed > 0)
        printf("tick %ld (missed %ld)\n", tick, missed);
    else
        printf("tick %ld\n", tick);
    usleep((useconds_t)ticker->work *
           1000); /* it blocks: other people's code */
}

/* Waits for the first tick that is still to come. Returns 0, or -1. */
static int ticker_wait(struct ticker *ticker)
{
    double passed = now_ms() - ticker->start, ms;
    struct timeval delay;

    ticker->next = (long)(passed / (double)ticker->period) + 1;
    if (ticker->next <= ticker->tick) /* the loop's clock was a little early */
        ticker->next = ticker->tick + 1;
    ms = (double)(ticker->next * ticker->period) - passed;
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
    do_tick(ticker, ticker->tick, missed);
    if (ticker->tick < ticker->count && ticker_wait(ticker) < 0)
        fputs("1_ticker: cannot add a timer\n", stderr);
}

/* Starts ticking. Returns 0, or -1. */
static int ticker_start(struct ticker *ticker, struct event_base *base)
{
    ticker->timer = evtimer_new(base, on_tick, ticker);
    return ticker->timer ? ticker_wait(ticker) : -1;
}

/* Other traffic on the same loop: it wakes it, and needs nothing. */
static void on_traffic(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
}

/* Runs the loop until the last tick has come. Returns 0, or -1. */
static int run(struct ticker *ticker, struct event_base *base)
{
    const struct timeval often = {0, 3000};
    struct event *traffic = event_new(base, -1, EV_PERSIST, on_traffic, NULL);
    int result = -1;

    if (traffic && event_add(traffic, &often) == 0 &&
        ticker_start(ticker, base) == 0) {
        do
            result = event_base_loop(base, EVLOOP_ONCE);
        while (result == 0 && ticker->tick < ticker->count);
    }
    if (traffic)
        event_free(traffic);
    return result;
}

int main(int argc, char **argv)
{
    struct ticker ticker = {0};
    struct event_base *base;
    int status = 1;

    if (argc == 4) {
        ticker.period = strtol(argv[1], NULL, 10);
        ticker.work = strtol(argv[2], NULL, 10);
        ticker.count = strtol(argv[3], NULL, 10);
    }
    if (ticker.period < 1 || ticker.work < 0 || ticker.count < 1) {
        fputs("usage: 1_ticker PERIOD WORK COUNT\n", stderr);
        return 2;
    }
    base = event_base_new();
    if (!base) {
        fputs("1_ticker: no event base\n", stderr);
        return 1;
    }
    ticker.start = now_ms();
    if (run(&ticker, base) == 0 && fflush(stdout) == 0)
        status = 0;
    else
        fputs("1_ticker: failed\n", stderr);
    if (ticker.timer)
        event_free(ticker.timer);
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
