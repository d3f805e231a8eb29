/* starved_class — a busy urgent class starves the one below it.
 *
 * Build: cc -o starved_class starved_class.c $(pkg-config --cflags --libs libevent)
 */
#include <event2/event.h>
#include <stdio.h>

enum { URGENT, LOW, CLASSES };
enum { WORK = 1000 };

struct app {
    struct event *urgent, *low;
    int done, low_at;
};

/* There is always more of it. */
static void on_urgent(evutil_socket_t fd, short events, void *arg)
{
    struct app *app = arg;

    (void)fd;
    (void)events;
    if (++app->done < WORK)
        event_active(app->urgent, 0, 0);
}

static void on_low(evutil_socket_t fd, short events, void *arg)
{
    struct app *app = arg;

    (void)fd;
    (void)events;
    app->low_at = app->done;
}

/* Returns after how much urgent work the low event ran. */
static int run(int classes)
{
    struct app app = {0};
    struct event_base *base = event_base_new();

    if (!base || event_base_priority_init(base, classes) < 0)
        return -1;
    app.urgent = event_new(base, -1, 0, on_urgent, &app);
    app.low = event_new(base, -1, 0, on_low, &app);
    if (!app.urgent || !app.low || event_priority_set(app.urgent, 0) < 0 ||
        event_priority_set(app.low, classes - 1) < 0)
        return -1;
    event_active(app.urgent, 0, 0);
    event_active(app.low, 0, 0);
    event_base_dispatch(base);
    event_free(app.urgent);
    event_free(app.low);
    event_base_free(base);
    return app.low_at;
}

int main(void)
{
    printf("one class:   the low event ran after %d of %d\n", run(1), WORK);
    printf("two classes: the low event ran after %d of %d\n", run(CLASSES),
           WORK);
    libevent_global_shutdown();
    return 0;
}
