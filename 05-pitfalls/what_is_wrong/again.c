/* again — a connection is given up that is in good health.
 *
 * Build: cc -o again again.c $(pkg-config --cflags --libs libevent)
 */
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    char text[100];
    ssize_t size;

    (void)events;
    while ((size = read(fd, text, sizeof text)) > 0)
        printf("read %zd bytes\n", size);
    printf("closed: %s\n", size < 0 ? strerror(errno) : "end of file");
    event_base_loopbreak(arg);
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct event *event;
    int ends[2];

    if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        evutil_make_socket_nonblocking(ends[0]) < 0)
        return 1;
    event = event_new(base, ends[0], EV_READ | EV_PERSIST, on_readable, base);
    if (!event || event_add(event, NULL) < 0 || write(ends[1], "hello", 5) != 5)
        return 1;
    event_base_dispatch(base);
    event_free(event);
    close(ends[0]);
    close(ends[1]);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
