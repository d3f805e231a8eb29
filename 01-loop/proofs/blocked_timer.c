/* blocked_timer — a blocking callback delays a timer twice.
 *
 * Build: cc -o blocked_timer blocked_timer.c $(pkg-config --cflags --libs libevent)
 *
 * The timer is due 100 ms after the start, behind a callback that blocks for
 * 300 ms. When that returns, the timer is 200 ms late; but the loop still
 * reckons with the time it cached before the callback, and waits 100 ms more.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

struct scene {
    struct event_base *base;
    bool fresh; /* refresh the cached time after the block */
    double fired;
};

static double now_ms(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void on_block(evutil_socket_t fd, short events, void *arg)
{
    const struct timespec block = {0, 300000000};
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    nanosleep(&block, NULL); /* stands for 300 ms of work */
    if (scene->fresh)
        event_base_update_cache_time(scene->base);
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    ((struct scene *)arg)->fired = now_ms();
}

int main(void)
{
    const struct timeval due = {0, 100000};

    puts("a callback blocks for 300 ms; a timer is due at 100 ms");
    for (int fresh = 0; fresh < 2; fresh++) {
        struct scene scene = {.base = event_base_new(), .fresh = fresh};
        double start = now_ms();

        if (!scene.base ||
            event_base_once(scene.base, -1, EV_TIMEOUT, on_timer, &scene,
                            &due) < 0 ||
            event_base_once(scene.base, -1, EV_TIMEOUT, on_block, &scene,
                            NULL) < 0)
            return 1;
        event_base_dispatch(scene.base);
        printf("%s time: fired at %.0f ms\n", fresh ? "fresh " : "cached",
               scene.fired - start);
        event_base_free(scene.base);
    }
    libevent_global_shutdown();
    return 0;
}
