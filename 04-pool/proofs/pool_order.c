/* pool_order — five ask a pool of two, and are served in the order they asked.
 *
 * Build: cc -o pool_order pool_order.c ../connection_pool.c ../waiters.c $(pkg-config --cflags --libs libevent)
 *
 * The connections are made up: a letter each, opened at once.
 */
#include "../connection_pool.h"

#include <stdio.h>
#include <stdlib.h>

/* A made-up connection; every call back comes from the loop, as it must. */
struct scripted {
    char letter;
    struct event_base *base;
    void (*opened)(void *, const char *, void *);
    void (*closed)(void *);
    void *arg;
};

/* Someone who borrows a connection and returns it in the next pass. */
struct borrower {
    int number;
    struct scene *scene;
    struct lease lease;
};

static struct scene {
    struct event_base *base;
    struct pool *pool;
    struct borrower borrowers[5];
    int opened, left, lent, most_lent, returned;
} scene;

static void on_opened(evutil_socket_t fd, short events, void *arg)
{
    struct scripted *scripted = arg;

    (void)fd;
    (void)events;
    scripted->opened(scripted, NULL, scripted->arg);
}

static void *scripted_open(void *arg,
                           void (*opened)(void *, const char *, void *),
                           void *opened_arg)
{
    struct scripted *scripted = calloc(1, sizeof *scripted);

    (void)arg;
    if (!scripted)
        return NULL;
    scripted->letter = (char)('A' + scene.opened++);
    scripted->opened = opened;
    scripted->arg = opened_arg;
    scene.left++;
    event_base_once(scene.base, -1, EV_TIMEOUT, on_opened, scripted, NULL);
    return scripted;
}

static void on_closed(evutil_socket_t fd, short events, void *arg)
{
    struct scripted *scripted = arg;

    (void)fd;
    (void)events;
    scene.left--;
    scripted->closed(scripted->arg);
    free(scripted);
}

static void scripted_close(void *arg, void (*closed)(void *), void *closed_arg)
{
    struct scripted *scripted = arg;

    scripted->closed = closed;
    scripted->arg = closed_arg;
    event_base_once(scene.base, -1, EV_TIMEOUT, on_closed, scripted, NULL);
}

static void on_pool_closed(void *arg)
{
    (void)arg;
    pool_free(scene.pool);
}

static void on_return(evutil_socket_t fd, short events, void *arg)
{
    struct borrower *borrower = arg;

    (void)fd;
    (void)events;
    scene.lent--;
    pool_release(scene.pool, borrower->lease);
    if (++scene.returned == 5)
        pool_close(scene.pool, on_pool_closed, NULL);
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct borrower *borrower = arg;
    const struct scripted *scripted;

    if (error) {
        printf("%d gets none: %s\n", borrower->number, error);
        return;
    }
    scripted = lease.connection;
    printf("%d has connection %c\n", borrower->number, scripted->letter);
    borrower->lease = lease;
    if (++scene.lent > scene.most_lent)
        scene.most_lent = scene.lent;
    event_base_once(scene.base, -1, EV_TIMEOUT, on_return, borrower, NULL);
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    (void)pool;
    (void)error;
    (void)arg;
}

int main(void)
{
    static const struct pool_methods methods = {.open = scripted_open,
                                                .close = scripted_close};

    const struct pool_options options = {0, 2, -1};

    scene.base = event_base_new();
    scene.pool = scene.base ? pool_new(scene.base, &methods, NULL, &options,
                                       on_created, NULL)
                            : NULL;
    if (!scene.pool)
        return 1;
    puts("5 ask, at most 2 connections");
    for (int i = 0; i < 5; i++) {
        scene.borrowers[i].number = i + 1;
        if (pool_acquire(scene.pool, -1, on_lease, &scene.borrowers[i]) < 0)
            return 1;
    }
    event_base_dispatch(scene.base);
    printf("opened %d, most lent at once %d, left %d\n", scene.opened,
           scene.most_lent, scene.left);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return 0;
}
