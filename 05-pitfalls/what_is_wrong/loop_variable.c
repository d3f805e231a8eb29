/* loop_variable — three events share one argument.
 *
 * Build: cc -o loop_variable loop_variable.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>

static void on_event(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    printf("event %d\n", *(int *)arg);
}

int main(void)
{
    struct event_base *base = event_base_new();
    int i;

    if (!base)
        return 1;
    for (i = 0; i < 3; i++) {
        if (event_base_once(base, -1, EV_TIMEOUT, on_event, &i, NULL) < 0)
            return 1;
    }
    event_base_dispatch(base);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
