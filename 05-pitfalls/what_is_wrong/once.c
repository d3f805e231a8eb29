/* once — three bytes come, one by one; one is read.
 *
 * Build: cc -o once once.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>
#include <unistd.h>

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    char byte;

    (void)events;
    (void)arg;
    if (read(fd, &byte, 1) == 1)
        printf("read %c\n", byte);
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct event *event;
    int ends[2];

    if (!base || pipe(ends) < 0 || evutil_make_socket_nonblocking(ends[0]) < 0)
        return 1;
    event = event_new(base, ends[0], EV_READ, on_readable, NULL);
    if (!event || event_add(event, NULL) < 0 || write(ends[1], "abc", 3) != 3)
        return 1;
    printf("the loop ended: %d\n", event_base_dispatch(base));
    event_free(event);
    close(ends[0]);
    close(ends[1]);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
