/* full_input — an input at its high-water mark, and a reader that waits.
 *
 * Build: cc -o full_input full_input.c $(pkg-config --cflags --libs libevent)
 *
 * The reader wants a line, the mark is 4096 bytes, the peer sends 5000 without
 * a newline. No byte can come in, and yet the callback is called.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct scene {
    struct event_base *base;
    int calls;
};

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct evbuffer *input = bufferevent_get_input(bev);
    char *line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF);
    struct scene *scene = arg;

    free(line); /* NULL: no line yet, wait for more */
    if (++scene->calls % 500 == 1)
        printf("call %4d: %zu bytes in the input\n", scene->calls,
               evbuffer_get_length(input));
    if (scene->calls > 1000)
        event_base_loopbreak(scene->base);
}

int main(void)
{
    struct scene scene = {.base = event_base_new()};
    struct bufferevent *bev;
    char bytes[5000];
    int ends[2];

    memset(bytes, 'x', sizeof bytes);
    if (!scene.base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        evutil_make_socket_nonblocking(ends[0]) < 0 ||
        !(bev = bufferevent_socket_new(scene.base, ends[0], 0)))
        return 1;
    bufferevent_setcb(bev, on_readable, NULL, NULL, &scene);
    bufferevent_setwatermark(bev, EV_READ, 0, 4096);
    if (bufferevent_enable(bev, EV_READ) < 0 ||
        write(ends[1], bytes, sizeof bytes) != sizeof bytes)
        return 1;
    event_base_dispatch(scene.base);
    bufferevent_free(bev);
    event_base_loop(scene.base, EVLOOP_NONBLOCK); /* a call is still queued */
    event_base_free(scene.base);
    close(ends[0]);
    close(ends[1]);
    libevent_global_shutdown();
    return 0;
}
