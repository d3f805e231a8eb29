/* event — a client reports success, whatever happens.
 *
 * Build: cc -o event event.c $(pkg-config --cflags --libs libevent)
 */
#include <arpa/inet.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    (void)bev;
    (void)what;
    puts("connected");
    event_base_loopbreak(arg);
}

int main(void)
{
    struct sockaddr_in nobody = {.sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                 .sin_port = htons(1)};
    struct event_base *base = event_base_new();
    struct bufferevent *bev;

    if (!base ||
        !(bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE)))
        return 1;
    bufferevent_setcb(bev, NULL, NULL, on_event, base);
    bufferevent_socket_connect(bev, (struct sockaddr *)&nobody, sizeof nobody);
    event_base_dispatch(base);
    bufferevent_free(bev);
    event_base_loop(base, EVLOOP_NONBLOCK);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
