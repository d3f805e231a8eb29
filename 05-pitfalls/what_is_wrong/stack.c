/* stack — a timer is given what lives in a function that returns.
 *
 * Build: cc -o stack stack.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>

static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    printf("hello, %s\n", (const char *)arg);
}

static int greet_later(struct event_base *base, int number)
{
    const struct timeval soon = {0, 1000};
    char name[20];

    snprintf(name, sizeof name, "client %d", number);
    return event_base_once(base, -1, EV_TIMEOUT, on_timeout, name, &soon);
}

int main(void)
{
    struct event_base *base = event_base_new();

    if (!base || greet_later(base, 7) < 0)
        return 1;
    event_base_dispatch(base);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
