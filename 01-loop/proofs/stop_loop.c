/* stop_loop — event_base_loopbreak and event_base_loopexit, during and before.
 *
 * Build: cc -o stop_loop stop_loop.c $(pkg-config --cflags --libs libevent)
 *
 * Three events are active; the first one stops the loop. How many run?
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>

struct scene {
    struct event_base *base;
    bool use_break;
    bool before; /* stop it before it starts, not from the first event */
    int ran;
};

static void stop(struct scene *scene)
{
    if (scene->use_break)
        event_base_loopbreak(scene->base);
    else
        event_base_loopexit(scene->base, NULL);
}

static void on_event(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    if (scene->ran++ == 0 && !scene->before)
        stop(scene);
}

int main(void)
{
    /* What stops in advance must stop before these; what does not, waits. */
    const struct timeval later = {0, 20000}, minute = {60, 0};

    for (int i = 0; i < 4; i++) {
        struct scene scene = {event_base_new(), i % 2 == 0, i >= 2, 0};

        if (!scene.base)
            return 1;
        /* Before: the three would be due later, if the loop got so far. */
        for (int j = 0; j < 3; j++)
            event_base_once(scene.base, -1, EV_TIMEOUT, on_event, &scene,
                            !scene.before     ? NULL
                            : scene.use_break ? &later
                                              : &minute);
        if (scene.before)
            stop(&scene);
        event_base_dispatch(scene.base);
        printf("%s %s: %d of 3 ran, got_break %d, got_exit %d\n",
               scene.use_break ? "loopbreak" : "loopexit ",
               scene.before ? "before the loop starts "
                            : "from the first event   ",
               scene.ran, event_base_got_break(scene.base),
               event_base_got_exit(scene.base));
        event_base_free(scene.base);
    }
    libevent_global_shutdown();
    return 0;
}
