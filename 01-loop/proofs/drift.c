/* drift — ten ticks of 20 ms, each followed by 5 ms of work.
 *
 * Build: cc -o drift drift.c $(pkg-config --cflags --libs libevent)
 *
 * A persistent timer counts from when the last tick was due, a timer added
 * again in its callback counts from the end of the work.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

static const struct timeval interval = {0, 20000};

struct scene {
    struct event_base *base;
    struct event *tick;
    bool persistent;
    int ticks;
};

static double now_ms(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
    const struct timespec work = {0, 5000000};
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    nanosleep(&work, NULL);
    event_base_update_cache_time(scene->base); /* count from now, truly */
    if (++scene->ticks == 10)
        event_del(scene->tick);
    else if (!scene->persistent)
        event_add(scene->tick, &interval);
}

int main(void)
{
    for (int persistent = 1; persistent >= 0; persistent--) {
        struct scene scene = {.base = event_base_new(),
                              .persistent = persistent};
        double start = now_ms();

        if (!scene.base)
            return 1;
        scene.tick = event_new(scene.base, -1, persistent ? EV_PERSIST : 0,
                               on_tick, &scene);
        if (!scene.tick || event_add(scene.tick, &interval) < 0)
            return 1;
        event_base_dispatch(scene.base);
        printf("%s ten ticks of 20 ms took %.0f ms\n",
               persistent ? "EV_PERSIST:              "
                          : "added again in callback: ",
               now_ms() - start);
        event_free(scene.tick);
        event_base_free(scene.base);
    }
    libevent_global_shutdown();
    return 0;
}
