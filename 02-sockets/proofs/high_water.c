/* high_water — a high-water mark on the output of a bufferevent.
 *
 * Build: cc -o high_water high_water.c $(pkg-config --cflags --libs libevent)
 *
 * The mark is 4 KiB, the peer does not read, and we write and write.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    static const char message[64 * 1024];
    struct event_base *base = event_base_new();
    struct bufferevent *bev;
    size_t high = 0;
    int refused = 0;
    int ends[2];

    if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        evutil_make_socket_nonblocking(ends[0]) < 0 ||
        !(bev = bufferevent_socket_new(base, ends[0], 0)))
        return 1;
    bufferevent_setwatermark(bev, EV_WRITE, 0, 4096);
    for (int i = 0; i < 256; i++) {
        if (bufferevent_write(bev, message, sizeof message) < 0)
            refused++;
        event_base_loop(base, EVLOOP_NONBLOCK);
    }
    bufferevent_getwatermark(bev, EV_WRITE, NULL, &high);
    printf("high-water mark: %zu bytes\n", high);
    printf("256 writes of 64 KiB: %d refused\n", refused);
    printf("in the output:   %zu bytes\n",
           evbuffer_get_length(bufferevent_get_output(bev)));
    bufferevent_free(bev);
    event_base_free(base);
    close(ends[0]);
    close(ends[1]);
    libevent_global_shutdown();
    return 0;
}
