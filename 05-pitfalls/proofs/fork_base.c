/* fork_base — a child frees the event base that it has inherited.
 *
 * Build: cc -o fork_base fork_base.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    bool *heard = arg;

    (void)fd;
    (void)events;
    *heard = true;
}

/* Whether the parent hears of its pipe, after a child has freed its copies. */
static bool hears(bool reinit)
{
    const struct timeval limit = {0, 200000};
    struct event_base *base = event_base_new();
    struct event *event;
    bool heard = false;
    int ends[2];

    if (!base || pipe(ends) < 0 || evutil_make_socket_nonblocking(ends[0]) < 0)
        return false;
    event = event_new(base, ends[0], EV_READ, on_readable, &heard);
    if (!event || event_add(event, NULL) < 0)
        return false;
    event_base_loop(base, EVLOOP_NONBLOCK);
    if (fork() == 0) {
        if (reinit)
            event_reinit(base); /* an epoll of its own */
        event_free(event);
        event_base_free(base);
        close(ends[0]);
        close(ends[1]);
        libevent_global_shutdown();
        _exit(0);
    }
    wait(NULL);
    if (write(ends[1], "x", 1) != 1)
        return false;
    event_base_loopexit(base, &limit);
    event_base_dispatch(base);
    event_free(event);
    event_base_free(base);
    close(ends[0]);
    close(ends[1]);
    return heard;
}

int main(void)
{
    bool plain = hears(false), reinit = hears(true);

    printf("the child frees the base:        the parent %s its pipe\n",
           plain ? "hears of" : "is deaf to");
    printf("the child calls event_reinit:    the parent %s its pipe\n",
           reinit ? "hears of" : "is deaf to");
    libevent_global_shutdown();
    return 0;
}
