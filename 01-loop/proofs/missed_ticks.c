/* missed_ticks — a persistent timer of 20 ms, blocked for 90 ms once.
 *
 * Build: cc -o missed_ticks missed_ticks.c $(pkg-config --cflags --libs libevent)
 *
 * Four ticks fall into the block. Are they made up for?
 */
#include <event2/event.h>
#include <stdio.h>
#include <time.h>

struct scene {
    struct event_base *base;
    int ticks;
};

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
    const struct timespec block = {0, 90000000};
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    if (++scene->ticks == 1)
        nanosleep(&block, NULL);
}

int main(void)
{
    const struct timeval interval = {0, 20000}, all = {0, 410000};
    struct scene scene = {.base = event_base_new()};
    struct event *tick =
        scene.base ? event_new(scene.base, -1, EV_PERSIST, on_tick, &scene)
                   : NULL;

    if (!tick || event_add(tick, &interval) < 0 ||
        event_base_loopexit(scene.base, &all) < 0)
        return 1;
    event_base_dispatch(scene.base);
    printf("410 ms, a tick every 20: %d ticks of 20, after a block of 90 ms\n",
           scene.ticks);
    event_free(tick);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return 0;
}
