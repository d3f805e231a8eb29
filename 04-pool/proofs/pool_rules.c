/* pool_rules — what the pool does with corpses, sinners and late callers.
 *
 * Build: cc -o pool_rules pool_rules.c ../connection_pool.c ../waiters.c $(pkg-config --cflags --libs libevent)
 * Run:   ./pool_rules corpse | unclean | twice | refused | parked | minimum
 *
 * The connections are made up: each has a number, and does what the scene says.
 */
#include "../connection_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scene {
    const char *name;
    struct event_base *base;
    struct pool *pool;
    struct lease first; /* what borrower 1 got, perhaps long given back */
    int opened, gone, turns;
};

/* A made-up connection. Its callbacks come from the loop, as they must. */
struct scripted {
    int number;
    struct scene *scene;
    void (*opened)(void *, const char *, void *);
    void (*closed)(void *);
    void *arg;
};

static bool plays(const struct scene *scene, const char *name)
{
    return strcmp(scene->name, name) == 0;
}

static void on_open_done(evutil_socket_t fd, short events, void *arg)
{
    struct scripted *s = arg;
    bool fails = (plays(s->scene, "refused") && s->number == 1) ||
                 (plays(s->scene, "minimum") && s->number == 2);

    (void)fd;
    (void)events;
    s->opened(s, fails ? "refused" : NULL, s->arg);
}

static void *scripted_open(void *arg,
                           void (*opened)(void *, const char *, void *),
                           void *opened_arg)
{
    struct scripted *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->scene = arg;
    s->number = ++s->scene->opened;
    s->opened = opened;
    s->arg = opened_arg;
    event_base_once(s->scene->base, -1, EV_TIMEOUT, on_open_done, s, NULL);
    return s;
}

static void on_close_done(evutil_socket_t fd, short events, void *arg)
{
    struct scripted *s = arg;

    (void)fd;
    (void)events;
    printf("connection %d is closed\n", s->number);
    s->scene->gone++;
    s->closed(s->arg);
    free(s);
}

static void scripted_close(void *arg, void (*closed)(void *), void *closed_arg)
{
    struct scripted *s = arg;

    s->closed = closed;
    s->arg = closed_arg;
    event_base_once(s->scene->base, -1, EV_TIMEOUT, on_close_done, s, NULL);
}

static bool scripted_alive(void *arg)
{
    const struct scripted *s = arg;

    return !(plays(s->scene, "corpse") && s->number == 1 && s->scene->turns);
}

static bool scripted_reusable(void *arg)
{
    const struct scripted *s = arg;

    return !(plays(s->scene, "unclean") && s->number == 1);
}

static void on_pool_closed(void *arg)
{
    struct scene *scene = arg;

    pool_free(scene->pool);
    printf("opened %d, closed %d\n", scene->opened, scene->gone);
}

/* Three borrowers, one after the other; each returns at once what it got, but
 * in "parked" and "twice", where the first one keeps it for a while. */
static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct scene *scene = arg;
    int turn = ++scene->turns;

    if (error) {
        printf("borrower %d gets none: %s\n", turn, error);
    } else {
        const struct scripted *s = lease.connection;

        printf("borrower %d gets connection %d\n", turn, s->number);
        if (turn == 1)
            scene->first = lease;
    }
    if (plays(scene, "parked") && turn == 1) {
        pool_close(scene->pool, on_pool_closed, scene);
        printf("closing: a new acquire returns %d\n",
               (int)pool_acquire(scene->pool, -1, on_lease, scene));
        return; /* the others are parked; it returns after them */
    }
    if (plays(scene, "parked")) {
        if (turn == 3)
            pool_release(scene->pool, scene->first);
        return;
    }
    if (plays(scene, "twice") && turn == 2) { /* keeps it, and the first … */
        printf("borrower 1 returns it once more: %d\n",
               pool_release(scene->pool, scene->first));
        printf("borrower 2 returns it: %d\n", pool_release(scene->pool, lease));
        return;
    }
    if (lease.connection)
        pool_release(scene->pool, lease);
    if (turn == 3)
        pool_close(scene->pool, on_pool_closed, scene);
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct scene *scene = arg;

    if (error) {
        printf("no pool: %s\n", error);
        on_pool_closed(scene);
        return;
    }
    for (int i = 0; i < 3; i++) {
        if (pool_acquire(pool, -1, on_lease, scene) < 0)
            puts("no memory");
    }
}

int main(int argc, char **argv)
{
    static const struct pool_methods methods = {.open = scripted_open,
                                                .close = scripted_close,
                                                .alive = scripted_alive,
                                                .reusable = scripted_reusable};
    const struct pool_options three = {3, 3, -1}, one = {0, 1, -1};
    struct scene scene = {.name = argc == 2 ? argv[1] : "",
                          .base = event_base_new()};

    if (!scene.base)
        return 1;
    scene.pool =
        pool_new(scene.base, &methods, &scene,
                 plays(&scene, "minimum") ? &three : &one, on_created, &scene);
    if (!scene.pool)
        return 1;
    event_base_dispatch(scene.base);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return 0;
}
