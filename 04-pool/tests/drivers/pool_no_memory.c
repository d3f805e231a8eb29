/* pool_no_memory — one allocation of the pool's fails, each of them in turn.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -o pool_no_memory pool_no_memory.c ../../modules/scripted.c ../../../03-tasks/modules/heap.c $(pkg-config --cflags --libs libevent)
 *
 * The pool is compiled in here, with its allocations going through ours. Three
 * borrowers ask for two connections, the third one's time runs out, all is
 * returned and closed: whatever fails, each of them must get one answer, and
 * nothing may be left.
 */
#include "scripted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int countdown; /* to the allocation that fails */

static void *try_calloc(size_t n, size_t size)
{
    return countdown-- == 0 ? NULL : calloc(n, size);
}

static void *try_malloc(size_t size)
{
    return countdown-- == 0 ? NULL : malloc(size);
}

static struct event *try_event_new(struct event_base *base, evutil_socket_t fd,
                                   short what, event_callback_fn callback,
                                   void *arg)
{
    return countdown-- == 0 ? NULL : event_new(base, fd, what, callback, arg);
}

static int try_event_add(struct event *event, const struct timeval *delay)
{
    return countdown-- == 0 ? -1 : event_add(event, delay);
}

#define calloc try_calloc
#define malloc try_malloc
#define event_new try_event_new
#define event_add try_event_add
#include "../../modules/connection_pool.c" /* NOLINT(bugprone-suspicious-include) */
#include "../../modules/waiters.c" /* NOLINT(bugprone-suspicious-include) */
#undef calloc
#undef malloc
#undef event_new
#undef event_add

/* Lives in play. */
struct scene {
    struct pool *pool;
    struct lease leases[3];
    int asked, answered;
};

static void on_closed(void *arg)
{
    struct scene *scene = arg;

    pool_free(scene->pool);
    scene->pool = NULL;
}

/* When the last one is answered, all is over. */
static void close_when_answered(struct scene *scene)
{
    if (scene->answered < scene->asked)
        return;
    pool_close(scene->pool, on_closed, scene);
    for (int i = 0; i < 3; i++) {
        if (scene->leases[i].connection)
            pool_release(scene->pool, scene->leases[i]);
    }
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct scene *scene = arg;

    if (!error)
        scene->leases[scene->answered] = lease;
    scene->answered++;
    close_when_answered(scene);
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct scene *scene = arg;

    if (error) {
        on_closed(scene);
        return;
    }
    for (int i = 0; i < 3; i++) {
        if (pool_acquire(pool, 10, on_lease, scene) > 0)
            scene->asked++;
    }
    close_when_answered(scene);
}

/* Plays the scene with the n-th allocation failing. Returns 1 if it did, 0 if
 * there are not so many, -1 if the pool took harm. */
static int play(struct event_base *base, int n)
{
    const struct pool_options options = {1, 2, -1};
    struct scripted_server server = {.base = base};
    struct pool_methods methods = scripted_methods;
    struct scene scene = {0};
    bool good;

    methods.now_ms = NULL; /* real time: 10 ms */
    countdown = n;
    scene.pool =
        pool_new(base, &methods, &server, &options, on_created, &scene);
    event_base_dispatch(base);
    good = !scene.pool && scene.asked == scene.answered &&
           server.asked == server.gone && !server.fault;
    scripted_free(&server);
    return !good ? -1 : countdown < 0;
}

int main(void)
{
    struct event_base *base = event_base_new();
    int n = 0, outcome;

    if (!base)
        return 1;
    while ((outcome = play(base, n)) > 0)
        n++;
    if (outcome < 0)
        printf("allocation %d failed, and so did the pool\n", n);
    else
        puts("each allocation failed once: one answer for each borrower, "
             "nothing left");
    event_base_free(base);
    libevent_global_shutdown();
    return outcome < 0;
}
