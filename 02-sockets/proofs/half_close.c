/* half_close — the client has sent all and waits for its answer.
 *
 * Build: cc -o half_close half_close.c $(pkg-config --cflags --libs libevent)
 *
 * It asks, shuts its sending half, and reads till the end. The server answers
 * with 1 MB; on EOF it frees the bufferevent at once, or when all is sent.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_request(struct bufferevent *bev, void *arg)
{
    static const char answer[1000000];
    struct evbuffer *input = bufferevent_get_input(bev);

    (void)arg;
    evbuffer_drain(input, evbuffer_get_length(input));
    bufferevent_write(bev, answer, sizeof answer);
}

static void on_written(struct bufferevent *bev, void *arg)
{
    (void)arg;
    bufferevent_free(bev); /* the output is empty */
}

static void on_event(struct bufferevent *bev, short what, void *polite)
{
    (void)what; /* EOF */
    if (!*(bool *)polite ||
        evbuffer_get_length(bufferevent_get_output(bev)) == 0)
        bufferevent_free(bev);
    else
        bufferevent_setcb(bev, NULL, on_written, NULL, NULL);
}

int main(void)
{
    for (int i = 0; i < 2; i++) {
        bool polite = i == 1;
        struct event_base *base = event_base_new();
        struct bufferevent *bev;
        size_t sum = 0;
        char bytes[65536];
        ssize_t n = -1;
        int ends[2];

        if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
            evutil_make_socket_nonblocking(ends[0]) < 0 ||
            evutil_make_socket_nonblocking(ends[1]) < 0 ||
            !(bev = bufferevent_socket_new(base, ends[0],
                                           BEV_OPT_CLOSE_ON_FREE)) ||
            write(ends[1], "all, please", 11) != 11 ||
            shutdown(ends[1], SHUT_WR) < 0)
            return 1;
        bufferevent_setcb(bev, on_request, NULL, on_event, &polite);
        bufferevent_enable(bev, EV_READ);
        while (n != 0) { /* both sides in turn, till the client sees the end */
            event_base_loop(base, EVLOOP_NONBLOCK);
            while ((n = read(ends[1], bytes, sizeof bytes)) > 0)
                sum += (size_t)n;
        }
        printf("freed %s: the client gets %s of its 1 MB\n",
               polite ? "when all is sent" : "on EOF          ",
               sum == 1000000 ? "all" : "a part");
        close(ends[1]);
        event_base_free(base);
    }
    libevent_global_shutdown();
    return 0;
}
