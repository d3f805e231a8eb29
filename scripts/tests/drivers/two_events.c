/* two_events COUNT — two events activate each other COUNT times; prints how long a
 * callback took: what scripts/see costs is the difference. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct event *events[2];
static long left;

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct event **other = arg;

    (void)fd;
    (void)what;
    if (--left > 0)
        event_active(*other, 0, 0);
}

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
    struct event_base *base = event_base_new();
    double start;

    if (!base || count < 1)
        return 1;
    for (int i = 0; i < 2; i++) {
        events[i] = event_new(base, -1, 0, on_event, &events[1 - i]);
        if (!events[i])
            return 1;
    }
    left = count;
    event_active(events[0], 0, 0);
    start = now_ns();
    event_base_dispatch(base);
    printf("%.0f ns a callback\n", (now_ns() - start) / (double)count);
    for (int i = 0; i < 2; i++)
        event_free(events[i]);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
