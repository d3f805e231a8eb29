/* 1_ticker — ticks that keep to their schedule.
 *
 * asyncio: loop.call_at
 * Run:     ./1_ticker 40 25 10        every 40 ms, 25 ms of work in each, 10
 * Prints:  tick 1 … tick 10
 * Task:    README.md#1             Check: make practice EXERCISE=01-1
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

/* ---- Your part: this ticker drifts, and it does not see what it misses. ---- */

/* Waits for the next tick. Returns 0, or -1. */
static int ticker_wait(struct ticker *ticker)
{
    struct timeval delay;

    delay.tv_sec = ticker->period / 1000;
    delay.tv_usec = ticker->period % 1000 * 1000;
    return evtimer_add(ticker->timer, &delay);
}

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
    struct ticker *ticker = arg;

    (void)fd;
    (void)events;
    ticker->tick++;
    do_tick(ticker, ticker->tick, 0);
    if (event_base_update_cache_time(event_get_base(ticker->timer)) < 0 ||
        (ticker->tick < ticker->count && ticker_wait(ticker) < 0))
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
