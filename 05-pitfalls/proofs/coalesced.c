/* coalesced — many activations, one callback.
 *
 * Build: cc -o coalesced coalesced.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>

static void on_event(evutil_socket_t fd, short events, void *arg)
{
    int *calls = arg;

    (void)fd;
    (void)events;
    ++*calls;
}

int main(void)
{
    struct event_base *base = event_base_new();
    int calls = 0;
    struct event *event =
        base ? event_new(base, -1, 0, on_event, &calls) : NULL;

    if (!event)
        return 1;
    for (int i = 0; i < 1000; i++)
        event_active(event, 0, 0);
    event_base_dispatch(base);
    printf("event_active called 1000 times: callbacks: %d\n", calls);
    event_free(event);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
