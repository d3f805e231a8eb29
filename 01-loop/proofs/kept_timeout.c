/* kept_timeout — event_add(event, NULL) does not take a timeout away.
 *
 * Build: cc -o kept_timeout kept_timeout.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>
#include <unistd.h>

static void on_news(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)arg;
    puts(events & EV_TIMEOUT ? "timed out" : "readable");
}

int main(void)
{
    const struct timeval timeout = {0, 20000}, later = {0, 60000};
    struct event_base *base = event_base_new();
    struct event *event = NULL;
    int ends[2];

    if (!base || pipe(ends) < 0 || evutil_make_socket_nonblocking(ends[0]) < 0)
        return 1;
    event = event_new(base, ends[0], EV_READ, on_news, NULL);
    if (!event)
        return 1;

    printf("added with 20 ms, again with NULL: ");
    event_add(event, &timeout);
    event_add(event, NULL);
    event_base_loopexit(base, &later);
    event_base_dispatch(base);

    printf("added with 20 ms, event_remove_timer: ");
    event_add(event, &timeout);
    event_remove_timer(event);
    event_base_loopexit(base, &later);
    event_base_dispatch(base);
    puts(event_pending(event, EV_READ, NULL) ? "still waits" : "gone");

    event_free(event);
    close(ends[0]);
    close(ends[1]);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
