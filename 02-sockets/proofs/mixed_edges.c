/* mixed_edges — an edge- and a level-triggered event on one descriptor.
 *
 * Build: cc -o mixed_edges mixed_edges.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    int *calls = arg;

    (void)fd;
    (void)what;
    ++*calls;
}

/* Sends a byte, which nobody reads, and lets the loop look ten times. */
static void look(struct event_base *base, int peer, int *calls)
{
    *calls = 0;
    if (write(peer, "!", 1) != 1)
        perror("write");
    for (int i = 0; i < 10; i++)
        event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
    printf(" 10 passes, calls: %d\n", *calls);
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct event *edge, *level;
    int ends[2], calls, writable = 0;

    if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        !(edge = event_new(base, ends[0], EV_READ | EV_ET | EV_PERSIST,
                           on_ready, &calls)) ||
        !(level = event_new(base, ends[0], EV_WRITE, on_ready, &writable)) ||
        event_add(edge, NULL) < 0)
        return 1;
    printf("edge, a byte comes:");
    look(base, ends[1], &calls);
    if (event_add(level, NULL) < 0)
        return 1;
    printf("and level beside it:");
    look(base, ends[1], &calls);
    event_free(edge);
    event_free(level);
    event_base_free(base);
    close(ends[0]);
    close(ends[1]);
    libevent_global_shutdown();
    return 0;
}
