/* starved_timer — an event that activates itself, and a timer of 1 ms.
 *
 * Build: cc -o starved_timer starved_timer.c $(pkg-config --cflags --libs libevent)
 *
 * The loop looks for due timers only when its queue of active events is empty.
 * Three ways to do 200,000 small steps: activate oneself; yield with a timer of
 * 0 ms; activate oneself, on a base that looks up after every 16 callbacks.
 */
#include <event2/event.h>
#include <stdio.h>

enum { STEPS = 200000 };
enum way { ACTIVATE, YIELD, BOUNDED };

struct scene {
    enum way way;
    struct event_base *base;
    struct event *step;
    int steps, timer_at; /* the steps done when the timer fired */
};

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    scene->timer_at = scene->steps;
}

static void on_step(evutil_socket_t fd, short events, void *arg)
{
    const struct timeval zero = {0, 0}, one_ms = {0, 1000};
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    if (++scene->steps == STEPS)
        return;
    if (scene->steps == 1)
        event_base_once(scene->base, -1, EV_TIMEOUT, on_timer, scene, &one_ms);
    if (scene->way == YIELD)
        event_add(scene->step, &zero);
    else
        event_active(scene->step, 0, 0);
}

int main(void)
{
    static const char *const names[] = {
        "activates itself:     ", "yields with {0, 0}:   ",
        "bounded to 16 a look: "};

    puts("200000 steps; a timer of 1 ms ran after so many of them:");
    for (enum way way = ACTIVATE; way <= BOUNDED; way++) {
        struct event_config *config = event_config_new();
        struct scene scene = {.way = way};

        if (!config ||
            event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER) < 0 ||
            (way == BOUNDED &&
             event_config_set_max_dispatch_interval(config, NULL, 16, 0) < 0))
            return 1;
        scene.base = event_base_new_with_config(config);
        event_config_free(config);
        if (!scene.base ||
            !(scene.step = event_new(scene.base, -1, 0, on_step, &scene)))
            return 1;
        event_active(scene.step, 0, 0);
        event_base_dispatch(scene.base);
        printf("%s %d\n", names[way], scene.timer_at);
        event_free(scene.step);
        event_base_free(scene.base);
    }
    libevent_global_shutdown();
    return 0;
}
