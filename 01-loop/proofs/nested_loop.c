/* nested_loop — running a base from one of its own callbacks is an error.
 *
 * Build: cc -o nested_loop nested_loop.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>

static void on_event(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    printf("event_base_dispatch in a callback returns %d\n",
           event_base_dispatch(arg));
}

static void on_log(int severity, const char *message)
{
    (void)severity;
    printf("libevent says: %s\n", message);
}

int main(void)
{
    struct event_base *base = event_base_new();

    event_set_log_callback(on_log);
    if (!base ||
        event_base_once(base, -1, EV_TIMEOUT, on_event, base, NULL) < 0)
        return 1;
    event_base_dispatch(base);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
