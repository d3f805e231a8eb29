/* paused_eof — what a bufferevent that does not read learns of its peer.
 *
 * Build: cc -o paused_eof paused_eof.c $(pkg-config --cflags --libs libevent)
 *
 * First the peer closes while reading is off. Then a peer is there and takes
 * nothing: only a write timeout ends that.
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    (void)bev;
    printf(" %s%s\n", what & BEV_EVENT_EOF ? "EOF" : "",
           what & BEV_EVENT_TIMEOUT ? "timeout" : "");
    event_base_loopbreak(arg);
}

/* Lets the loop run until there is an event, for 100 ms at most. */
static void run(struct event_base *base)
{
    const struct timeval limit = {0, 100000};

    event_base_loopexit(base, &limit);
    event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
    if (!event_base_got_break(base))
        puts(" nothing");
}

int main(void)
{
    static const char message[1024 * 1024];
    const struct timeval timeout = {0, 20000};

    for (int stuck = 0; stuck < 2; stuck++) {
        struct event_base *base = event_base_new();
        struct bufferevent *bev;
        int ends[2];

        if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
            evutil_make_socket_nonblocking(ends[0]) < 0 ||
            !(bev = bufferevent_socket_new(base, ends[0], 0)))
            return 1;
        bufferevent_setcb(bev, NULL, NULL, on_event, base);
        if (stuck) {
            bufferevent_write(bev, message, sizeof message);
            bufferevent_set_timeouts(bev, NULL, &timeout);
            printf("reading off, the peer takes nothing, write timeout:");
            run(base);
            close(ends[1]);
        } else {
            close(ends[1]);
            printf("reading off, the peer has closed:");
            run(base);
            bufferevent_enable(bev, EV_READ);
            printf("reading on:");
            run(base);
        }
        bufferevent_free(bev);
        event_base_free(base);
        close(ends[0]);
    }
    libevent_global_shutdown();
    return 0;
}
