/* 1_scene — the program around the ticker of 1_ticker.c; see 1_scene.h. */
#include "1_scene.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

double now_ms(void)
{
    struct timespec time = {0};

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

void do_tick(struct sampler *sampler, long tick, long missed)
{
    sampler->last = tick;
    fprintf(stderr, "%ld %.0f\n", tick, now_ms() - sampler->start);
    if (missed > 0)
        printf("tick %ld (missed %ld)\n", tick, missed);
    else
        printf("tick %ld\n", tick);
    usleep((useconds_t)sampler->work * 1000);
}

/* Other traffic on the same loop: it wakes the loop, and needs nothing. */
static void on_traffic(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
}

/* Runs the loop until the last tick has come. The caller frees *ticker, even on
 * failure. Returns 0; on failure returns -1. */
static int run(struct ticker **ticker, struct sampler *sampler,
               struct event_base *base)
{
    const struct timeval often = {0, 3000};
    struct event *traffic = event_new(base, -1, EV_PERSIST, on_traffic, NULL);
    int result = -1;

    if (traffic && event_add(traffic, &often) == 0 &&
        (*ticker = ticker_new(base, sampler))) {
        do
            result = event_base_loop(base, EVLOOP_ONCE);
        while (result == 0 && sampler->last < sampler->count);
    }
    if (traffic)
        event_free(traffic);
    return result;
}

int main(int argc, char **argv)
{
    struct sampler sampler = {0};
    struct ticker *ticker = NULL;
    struct event_base *base;
    int status = 1;

    if (argc == 4) {
        sampler.period = strtol(argv[1], NULL, 10);
        sampler.work = strtol(argv[2], NULL, 10);
        sampler.count = strtol(argv[3], NULL, 10);
    }
    if (sampler.period < 1 || sampler.work < 0 || sampler.count < 1) {
        fputs("usage: 1_ticker PERIOD WORK COUNT\n", stderr);
        return 2;
    }
    base = event_base_new();
    if (!base) {
        fputs("1_ticker: no event base\n", stderr);
        return 1;
    }
    sampler.start = now_ms();
    if (run(&ticker, &sampler, base) == 0 && fflush(stdout) == 0 &&
        !ferror(stdout))
        status = 0;
    else
        fputs("1_ticker: failed\n", stderr);
    if (ticker)
        ticker_free(ticker);
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
