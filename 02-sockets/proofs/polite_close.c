/* polite_close — a last answer, and then the bufferevent is freed.
 *
 * Build: cc -o polite_close polite_close.c $(pkg-config --cflags --libs libevent)
 *
 * Once after bufferevent_flush, once in the write callback, which is called
 * when the output has been sent. What does the peer get?
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_written(struct bufferevent *bev, void *arg)
{
    (void)arg;
    bufferevent_free(bev);
}

int main(void)
{
    for (int wait = 0; wait < 2; wait++) {
        struct event_base *base = event_base_new();
        struct bufferevent *bev;
        char answer[10];
        int ends[2];

        if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
            evutil_make_socket_nonblocking(ends[0]) < 0 ||
            !(bev =
                  bufferevent_socket_new(base, ends[0], BEV_OPT_CLOSE_ON_FREE)))
            return 1;
        bufferevent_write(bev, "hello", 5);
        if (wait) {
            printf("freed in the write callback:");
            bufferevent_setcb(bev, NULL, on_written, NULL, NULL);
        } else {
            printf("bufferevent_flush returns %d, ",
                   bufferevent_flush(bev, EV_WRITE, BEV_FINISHED));
            printf("%zu bytes still in the output; freed:",
                   evbuffer_get_length(bufferevent_get_output(bev)));
            bufferevent_free(bev);
        }
        event_base_dispatch(base);
        printf(" the peer gets %zd bytes\n",
               read(ends[1], answer, sizeof answer));
        close(ends[1]);
        event_base_free(base);
    }
    libevent_global_shutdown();
    return 0;
}
