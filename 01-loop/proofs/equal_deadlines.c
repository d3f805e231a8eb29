/* equal_deadlines — eight events that are due at once: in which order?
 *
 * Build: cc -o equal_deadlines equal_deadlines.c $(pkg-config --cflags --libs libevent)
 *
 * Timers sit in a heap, which keeps no order among equals; what event_active
 * queues is a queue.
 */
#include <event2/event.h>
#include <stdio.h>

enum { EVENTS = 8 };

static void on_event(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    printf(" %d", *(int *)arg);
}

int main(void)
{
    const struct timeval zero = {0, 0};
    struct event_base *base = event_base_new();
    struct event *events[EVENTS];
    int numbers[EVENTS];

    if (!base)
        return 1;
    for (int i = 0; i < EVENTS; i++) {
        numbers[i] = i;
        events[i] = event_new(base, -1, 0, on_event, &numbers[i]);
        if (!events[i])
            return 1;
    }
    printf("timers of 0 ms, added 0 … 7, ran:");
    for (int i = 0; i < EVENTS; i++)
        event_add(events[i], &zero);
    event_base_dispatch(base);
    printf("\nevent_active, called 0 … 7, ran: ");
    for (int i = 0; i < EVENTS; i++)
        event_active(events[i], 0, 0);
    event_base_dispatch(base);
    puts("");
    for (int i = 0; i < EVENTS; i++)
        event_free(events[i]);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
