/* read_size — how much of 64 KiB a bufferevent reads at a time.
 *
 * Build: cc -o read_size read_size.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

struct scene {
    size_t calls, most, sum;
};

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct evbuffer *input = bufferevent_get_input(bev);
    size_t n = evbuffer_get_length(input);
    struct scene *scene = arg;

    scene->calls++;
    scene->sum += n;
    if (n > scene->most)
        scene->most = n;
    evbuffer_drain(input, n);
}

/* Returns 0, or -1. */
static int measure(const char *name, size_t max_single_read)
{
    static const char message[64 * 1024];
    struct event_base *base = event_base_new();
    struct bufferevent *bev;
    struct scene scene = {0};
    int ends[2];

    if (!base || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
        evutil_make_socket_nonblocking(ends[0]) < 0 ||
        !(bev = bufferevent_socket_new(base, ends[0], 0)))
        return -1;
    bufferevent_setcb(bev, on_readable, NULL, NULL, &scene);
    if (bufferevent_set_max_single_read(bev, max_single_read) < 0 ||
        bufferevent_enable(bev, EV_READ) < 0 ||
        write(ends[1], message, sizeof message) != sizeof message)
        return -1;
    while (scene.sum < sizeof message)
        event_base_loop(base, EVLOOP_ONCE);
    printf("  %s: reads: %zu, of %zu bytes at most\n", name, scene.calls,
           scene.most);
    bufferevent_free(bev);
    event_base_free(base);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

int main(void)
{
    unsigned version = event_get_version_number();

    printf("libevent %u.%u, 65536 bytes lie ready\n", version >> 24,
           version >> 16 & 0xff);
    if (measure("by default", 0) < 0 ||
        measure("bufferevent_set_max_single_read to 65536", 65536) < 0)
        return 1;
    libevent_global_shutdown();
    return 0;
}
