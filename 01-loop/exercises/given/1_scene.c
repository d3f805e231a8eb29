/* 1_scene — the program around the ticker of 1_ticker.c; see 1_scene.h. */
#include "1_scene.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* More than these many ms are not the clock's fault. */
static const double too_early = 12, too_late = 20;

/* Lives in main, and owns nothing. */
struct scene {
    struct sampler sampler; /* the first: do_tick() is given its address */
    const char *works;      /* WORK */
    const char *next_work;  /* the part of it that is next */
    double served; /* when the traffic, or a tick's work, was over last */
    double waited; /* how long the traffic waited at most since a tick, in ms */
};

double now_ms(void)
{
    struct timespec time = {0};
    long ms;

    clock_gettime(CLOCK_MONOTONIC, &time);
    ms = time.tv_nsec / 1000000;
    return (double)time.tv_sec * 1e3 + (double)(ms - ms % 4);
}

static void do_work(struct scene *scene)
{
    char *end;
    long work = strtol(scene->next_work, &end, 10);

    scene->next_work = *end == ',' ? end + 1 : scene->works;
    if (work > 0)
        usleep((useconds_t)work * 1000);
}

/* The traffic has its turn, or has to wait for the work of a tick. */
static void note_wait(struct scene *scene)
{
    double now = now_ms();

    if (now - scene->served > scene->waited)
        scene->waited = now - scene->served;
    scene->served = now;
}

void do_tick(struct sampler *sampler, long tick, long missed)
{
    struct scene *scene = (struct scene *)sampler;
    double off = now_ms() - sampler->start - (double)(tick * sampler->period);

    note_wait(scene);
    sampler->last = tick;
    printf("tick %ld", tick);
    if (missed != 0)
        printf(" (missed %ld)", missed);
    if (off < -too_early)
        printf(", %.0f ms early", -off);
    if (off > too_late)
        printf(", %.0f ms late", off);
    if (scene->waited > too_late)
        printf(", the traffic waited %.0f ms", scene->waited);
    putchar('\n');
    do_work(scene);
    scene->served = now_ms();
    scene->waited = 0;
}

/* Other traffic on the same loop: it wakes the loop, and needs nothing. */
static void on_traffic(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    note_wait(arg);
}

/* Runs the loop until the last tick has come. The caller frees *ticker, even on
 * failure. Returns 0; on failure returns -1. */
static int run(struct ticker **ticker, struct scene *scene,
               struct event_base *base)
{
    const struct timeval often = {0, 3000};
    struct event *traffic = event_new(base, -1, EV_PERSIST, on_traffic, scene);
    int result = -1;

    if (traffic && event_add(traffic, &often) == 0 &&
        (*ticker = ticker_new(base, &scene->sampler))) {
        do
            result = event_base_loop(base, EVLOOP_ONCE);
        while (result == 0 && scene->sampler.last < scene->sampler.count);
    }
    if (traffic)
        event_free(traffic);
    return result;
}

int main(int argc, char **argv)
{
    struct scene scene = {0};
    struct ticker *ticker = NULL;
    struct event_base *base;
    int status = 1;

    if (argc == 4) {
        scene.sampler.period = strtol(argv[1], NULL, 10);
        scene.works = scene.next_work = argv[2];
        scene.sampler.count = strtol(argv[3], NULL, 10);
    }
    if (scene.sampler.period < 1 || scene.sampler.count < 1) {
        fputs("usage: 1_ticker PERIOD WORK COUNT\n", stderr);
        return 2;
    }
    base = event_base_new();
    if (!base) {
        fputs("1_ticker: no event base\n", stderr);
        return 1;
    }
    scene.sampler.start = scene.served = now_ms();
    if (run(&ticker, &scene, base) == 0 && fflush(stdout) == 0 &&
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
