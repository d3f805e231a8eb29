/* coarse_clock — how late a timer of 10 ms is, with either clock.
 *
 * Build: cc -o coarse_clock coarse_clock.c $(pkg-config --cflags --libs libevent)
 *
 * By default the loop reads a clock that moves in steps of the kernel's tick,
 * and waits in whole milliseconds.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TIMERS = 25 };

static double now_ms(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    *(double *)arg = now_ms();
}

int main(void)
{
    const struct timeval ten_ms = {0, 10000};
    struct timespec step;

    clock_getres(CLOCK_MONOTONIC_COARSE, &step);
    printf("the coarse clock moves in steps of %.0f ms\n",
           (double)step.tv_nsec / 1e6);
    for (int precise = 0; precise < 2; precise++) {
        struct event_config *config = event_config_new();
        struct event_base *base;
        double took[TIMERS], fired = 0;

        if (!config)
            return 1;
        if (precise)
            event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
        base = event_base_new_with_config(config);
        event_config_free(config);
        if (!base)
            return 1;
        for (int i = 0; i < TIMERS; i++) {
            double start = now_ms();

            event_base_once(base, -1, EV_TIMEOUT, on_timer, &fired, &ten_ms);
            event_base_dispatch(base);
            took[i] = fired - start;
        }
        qsort(took, TIMERS, sizeof *took, ascending);
        printf("%s 10 ms took %.2f to %.2f ms, median %.2f\n",
               precise ? "PRECISE_TIMER:" : "default:      ", took[0],
               took[TIMERS - 1], took[TIMERS / 2]);
        event_base_free(base);
    }
    libevent_global_shutdown();
    return 0;
}
