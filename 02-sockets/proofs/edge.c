/* edge — ten bytes come, each callback reads one: level and edge.
 *
 * Build: cc -o edge edge.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    char byte;

    (void)events;
    if (read(fd, &byte, 1) == 1)
        ++*(int *)arg;
}

int main(void)
{
    for (int edge = 0; edge < 2; edge++) {
        struct event_base *base = event_base_new();
        short kind = (short)(EV_READ | EV_PERSIST | (edge ? EV_ET : 0));
        struct event *event;
        int calls = 0, ends[2];

        if (!base ||
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0 ||
            !(event = event_new(base, ends[0], kind, on_readable, &calls)) ||
            event_add(event, NULL) < 0 ||
            write(ends[1], "0123456789", 10) != 10)
            return 1;
        for (int i = 0; i < 20; i++)
            event_base_loop(base, EVLOOP_NONBLOCK);
        printf("%s: 20 passes, calls: %d, bytes not read: %d\n",
               edge ? "edge " : "level", calls, 10 - calls);
        event_free(event);
        event_base_free(base);
        close(ends[0]);
        close(ends[1]);
    }
    libevent_global_shutdown();
    return 0;
}
