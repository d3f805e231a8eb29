/* early_timer — a timer of 200 ms fires after some 10.
 *
 * Build: cc -o early_timer early_timer.c $(pkg-config --cflags --libs libevent)
 *
 * A callback blocks for 190 ms, then adds the timer. The loop reckons from the
 * time it cached before the block, so the timer is due 10 ms from now. Nobody
 * sees it as long as nothing else happens: the loop sleeps by the same stale
 * clock. But any I/O makes it read the clock, and the timer is early.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct scene {
    struct event_base *base;
    bool news; /* some I/O comes along */
    int pipe[2];
    double added;
};

static double now_ms(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    printf("added with 200 ms after a block, %s: fired after %.0f ms\n",
           scene->news ? "with I/O" : "no I/O  ", now_ms() - scene->added);
}

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
}

static void on_block(evutil_socket_t fd, short events, void *arg)
{
    const struct timespec block = {0, 190000000};
    const struct timeval delay = {0, 200000};
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    nanosleep(&block, NULL);
    scene->added = now_ms();
    event_base_once(scene->base, -1, EV_TIMEOUT, on_timer, scene, &delay);
    if (scene->news && write(scene->pipe[1], "!", 1) == 1)
        event_base_once(scene->base, scene->pipe[0], EV_READ, on_readable, NULL,
                        NULL);
}

int main(void)
{
    for (int news = 0; news < 2; news++) {
        struct scene scene = {.base = event_base_new(), .news = news};

        if (!scene.base || pipe(scene.pipe) < 0 ||
            evutil_make_socket_nonblocking(scene.pipe[0]) < 0 ||
            event_base_once(scene.base, -1, EV_TIMEOUT, on_block, &scene,
                            NULL) < 0)
            return 1;
        event_base_dispatch(scene.base);
        close(scene.pipe[0]);
        close(scene.pipe[1]);
        event_base_free(scene.base);
    }
    libevent_global_shutdown();
    return 0;
}
