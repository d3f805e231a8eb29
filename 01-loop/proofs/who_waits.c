/* who_waits — event_base_dump_events tells what a base waits for.
 *
 * Build: cc -o who_waits who_waits.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void on_event(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
}

int main(void)
{
    const struct timeval minute = {60, 0};
    struct event_base *base = event_base_new();
    struct event *events[3] = {NULL};
    int ends[2];

    if (!base || pipe(ends) < 0 || evutil_make_socket_nonblocking(ends[0]) < 0)
        return 1;
    events[0] = event_new(base, ends[0], EV_READ | EV_PERSIST, on_event, NULL);
    events[1] = evsignal_new(base, SIGINT, on_event, NULL);
    events[2] = evtimer_new(base, on_event, NULL);
    for (int i = 0; i < 3; i++) {
        if (!events[i] || event_add(events[i], i == 2 ? &minute : NULL) < 0)
            return 1;
    }
    event_active(events[1], EV_SIGNAL, 1);
    event_base_dump_events(base, stdout);
    for (int i = 0; i < 3; i++)
        event_free(events[i]);
    close(ends[0]);
    close(ends[1]);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
