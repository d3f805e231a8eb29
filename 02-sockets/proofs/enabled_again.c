/* enabled_again — reading is paused with bytes in the input, and goes on.
 *
 * Build: cc -o enabled_again enabled_again.c $(pkg-config --cflags --libs libevent)
 *
 * The read callback leaves the bytes where they are and pauses reading, as one
 * does when the answer cannot be sent yet. Later reading is enabled again.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_readable(struct bufferevent *bev, void *arg)
{
    ++*(int *)arg;
    bufferevent_disable(bev, EV_READ);
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct bufferevent *bev;
    int calls = 0, ends[2];

    if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        evutil_make_socket_nonblocking(ends[0]) < 0 ||
        !(bev = bufferevent_socket_new(base, ends[0], 0)))
        return 1;
    bufferevent_setcb(bev, on_readable, NULL, NULL, &calls);
    bufferevent_enable(bev, EV_READ);
    if (write(ends[1], "hello", 5) != 5)
        return 1;
    event_base_loop(base, EVLOOP_NONBLOCK);
    printf("the peer sends 5 bytes:   calls: %d, bytes in the input: %zu\n",
           calls, evbuffer_get_length(bufferevent_get_input(bev)));

    bufferevent_enable(bev, EV_READ);
    for (int i = 0; i < 10; i++)
        event_base_loop(base, EVLOOP_NONBLOCK);
    printf("enabled again, 10 passes: calls: %d, bytes in the input: %zu\n",
           calls, evbuffer_get_length(bufferevent_get_input(bev)));

    bufferevent_trigger(bev, EV_READ, 0);
    event_base_loop(base, EVLOOP_NONBLOCK);
    printf("bufferevent_trigger:      calls: %d\n", calls);
    bufferevent_free(bev);
    event_base_free(base);
    close(ends[0]);
    close(ends[1]);
    libevent_global_shutdown();
    return 0;
}
