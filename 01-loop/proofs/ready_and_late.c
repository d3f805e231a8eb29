/* ready_and_late — data and timeout come in the same pass of the loop.
 *
 * Build: cc -o ready_and_late ready_and_late.c $(pkg-config --cflags --libs libevent)
 *
 * A read event with a timeout of 50 ms; a callback writes to the pipe, then
 * blocks for 100 ms. When the loop looks again, both have happened.
 */
#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void on_news(evutil_socket_t fd, short events, void *arg)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};
    unsigned version = event_get_version_number();

    (void)arg;
    printf("libevent %u.%u reported:%s%s\n", version >> 24,
           version >> 16 & 0xff, events & EV_READ ? " EV_READ" : "",
           events & EV_TIMEOUT ? " EV_TIMEOUT" : "");
    printf("poll says: %s\n",
           poll(&look, 1, 0) == 1 ? "there is data to read" : "nothing");
}

static void on_block(evutil_socket_t fd, short events, void *arg)
{
    const struct timespec block = {0, 100000000};

    (void)fd;
    (void)events;
    if (write(*(int *)arg, "!", 1) != 1)
        perror("write");
    nanosleep(&block, NULL);
}

int main(void)
{
    const struct timeval timeout = {0, 50000};
    struct event_base *base = event_base_new();
    int ends[2];

    if (!base || pipe(ends) < 0 ||
        evutil_make_socket_nonblocking(ends[0]) < 0 ||
        event_base_once(base, ends[0], EV_READ | EV_TIMEOUT, on_news, NULL,
                        &timeout) < 0 ||
        event_base_once(base, -1, EV_TIMEOUT, on_block, &ends[1], NULL) < 0)
        return 1;
    event_base_dispatch(base);
    close(ends[0]);
    close(ends[1]);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
