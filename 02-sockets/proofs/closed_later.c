/* closed_later — when bufferevent_free closes the descriptor.
 *
 * Build: cc -o closed_later closed_later.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *state(int fd)
{
    return fcntl(fd, F_GETFD) < 0 ? "closed" : "open";
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct bufferevent *bev;
    int ends[2];

    if (!base ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0 ||
        !(bev = bufferevent_socket_new(base, ends[0], BEV_OPT_CLOSE_ON_FREE)))
        return 1;
    bufferevent_free(bev);
    printf("after bufferevent_free:      %s\n", state(ends[0]));
    event_base_loop(base, EVLOOP_NONBLOCK);
    printf("after one pass of the loop:  %s\n", state(ends[0]));
    close(ends[1]);

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0 ||
        !(bev = bufferevent_socket_new(base, ends[0], BEV_OPT_CLOSE_ON_FREE)))
        return 1;
    bufferevent_free(bev);
    event_base_free(base);
    printf("another, base freed at once: %s\n", state(ends[0]));
    close(ends[1]);
    libevent_global_shutdown();
    return 0;
}
