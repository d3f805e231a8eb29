/* equal_deadlines — eight events that are due at once: in which order?
 *
 * Build: cc -o equal_deadlines equal_deadlines.c $(pkg-config --cflags --libs libevent)
 *
 * Timers sit in a heap, which keeps no order among equals; what event_active
 * queues is a queue. They are added in one callback, by one cached time, so
 * that the deadlines are really equal.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>

enum { EVENTS = 8 };

struct scene {
    struct event *events[EVENTS];
    int numbers[EVENTS];
    bool active; /* event_active, or a timer of 0 ms */
};

static void on_event(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    printf(" %d", *(int *)arg);
}

static void on_start(evutil_socket_t fd, short events, void *arg)
{
    const struct timeval zero = {0, 0};
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    for (int i = 0; i < EVENTS; i++) {
        if (scene->active)
            event_active(scene->events[i], 0, 0);
        else
            event_add(scene->events[i], &zero);
    }
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct scene scene = {.active = false};

    if (!base)
        return 1;
    for (int i = 0; i < EVENTS; i++) {
        scene.numbers[i] = i;
        scene.events[i] = event_new(base, -1, 0, on_event, &scene.numbers[i]);
        if (!scene.events[i])
            return 1;
    }
    for (int active = 0; active < 2; active++) {
        scene.active = active;
        printf(active ? "event_active, called 0 … 7, ran: "
                      : "timers of 0 ms, added 0 … 7, ran:");
        if (event_base_once(base, -1, EV_TIMEOUT, on_start, &scene, NULL) < 0)
            return 1;
        event_base_dispatch(base);
        puts("");
    }
    for (int i = 0; i < EVENTS; i++)
        event_free(scene.events[i]);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
