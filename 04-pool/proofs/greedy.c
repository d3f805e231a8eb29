/* greedy — a borrower who returns and asks again in one breath, or who asks
 * again at once when he gets none (refused: no connection can be opened; late:
 * the only one is lent, and he and another have no time): does anything else get
 * its turn?
 *
 * Build: cc -I../modules -I../../03-tasks/modules -o greedy greedy.c ../modules/connection_pool.c ../modules/scripted.c ../modules/waiters.c ../../03-tasks/modules/heap.c $(pkg-config --cflags --libs libevent)
 * Run:   ./greedy [refused | late]
 */
#include "scripted.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS = 200000 };

struct scene {
    struct pool *pool;
    int rounds, at_timer;
    bool late;
    struct lease kept; /* late: by the first who asked */
};

static void on_closed(void *arg)
{
    pool_free(((struct scene *)arg)->pool);
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct scene *scene = arg;

    if (!error && scene->late) {
        scene->kept = lease;
        pool_acquire(scene->pool, 0, on_lease, scene); /* the other one */
    } else if (!error) {
        pool_release(scene->pool, lease);
    }
    if (++scene->rounds > ROUNDS)
        return;
    if (scene->rounds < ROUNDS) {
        pool_acquire(scene->pool, scene->late ? 0 : -1, on_lease, scene);
        return;
    }
    if (scene->late)
        pool_release(scene->pool, scene->kept);
    pool_close(scene->pool, on_closed, scene);
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    if (!error)
        pool_acquire(pool, -1, on_lease, arg);
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    scene->at_timer = scene->rounds;
}

int main(int argc, char **argv)
{
    static const struct pool_options none_at_first = {0, 1, -1};
    const struct timeval one_ms = {0, 1000};
    bool late = argc > 1 && !strcmp(argv[1], "late");
    struct scene scene = {.at_timer = ROUNDS, .late = late};
    struct event_base *base = event_base_new();
    struct scripted_server server = {
        .base = base, .refuses = argc > 1 && !late ? argv[1] : NULL};

    if (!base)
        return 1;
    scene.pool = pool_new(base, &scripted_methods, &server, &none_at_first,
                          on_created, &scene);
    if (!scene.pool ||
        event_base_once(base, -1, EV_TIMEOUT, on_timer, &scene, &one_ms) < 0)
        return 1;
    event_base_dispatch(base);
    printf("a timer of 1 ms ran after %d of %d rounds\n", scene.at_timer,
           scene.rounds);
    scripted_free(&server);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
