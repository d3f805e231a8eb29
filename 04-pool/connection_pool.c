#include "connection_pool.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

/* A connection and its place in the pool. Owned by the pool throughout. */
struct lease {
    TAILQ_ENTRY(lease) link; /* in pool->free, oldest first, while FREE */
    struct pool *pool;
    void *connection;
    enum { OPENING, FREE, LENT, CLOSING } state;
};

/* Somebody who waits for a connection. */
struct waiter {
    TAILQ_ENTRY(waiter) link;
    pool_acquired acquired;
    void *arg;
};

TAILQ_HEAD(leases, lease);
TAILQ_HEAD(waiters, waiter);

struct pool {
    const struct pool_methods *methods; /* the caller's */
    void *methods_arg;
    int max, size; /* size: all leases, whatever their state */
    int opening;
    struct leases free;
    struct waiters waiters;
    int waiting;
    struct event *work; /* owned: everything happens in on_work */
    bool closing;
    void (*closed)(void *arg);
    void *closed_arg;
};

/* Something has changed: on_work will see to it, from the loop. */
static void pool_wake(struct pool *pool)
{
    event_active(pool->work, 0, 0);
}

/* The connection is gone, and there is room for another. */
static void on_lease_closed(void *arg)
{
    struct lease *lease = arg;
    struct pool *pool = lease->pool;

    free(lease);
    pool->size--;
    pool_wake(pool);
}

static void lease_close(struct lease *lease)
{
    lease->state = CLOSING;
    lease->pool->methods->close(lease->connection, on_lease_closed, lease);
}

/* Takes the first waiter out of the queue and calls it back. It may call the
 * pool again, but for pool_free. */
static void serve_first(struct pool *pool, struct lease *lease,
                        const char *error)
{
    struct waiter *waiter = TAILQ_FIRST(&pool->waiters);
    pool_acquired acquired = waiter->acquired;
    void *arg = waiter->arg;

    TAILQ_REMOVE(&pool->waiters, waiter, link);
    pool->waiting--;
    free(waiter);
    acquired(lease, error, arg);
}

/* A connection is ready to be lent, or could not be opened: then the first
 * waiter is told why, and the next ones have a try of their own. */
static void on_opened(void *connection, const char *error, void *arg)
{
    struct lease *lease = arg;
    struct pool *pool = lease->pool;

    (void)connection;
    pool->opening--;
    if (!error) {
        lease->state = FREE;
        TAILQ_INSERT_TAIL(&pool->free, lease, link);
    } else {
        if (pool->waiting > 0)
            serve_first(pool, NULL, error);
        lease_close(lease);
    }
    pool_wake(pool);
}

/* Begins to open one more. Returns 0, or -1 without memory. */
static int open_one(struct pool *pool)
{
    struct lease *lease = calloc(1, sizeof *lease);

    if (!lease)
        return -1;
    lease->pool = pool;
    lease->state = OPENING;
    lease->connection =
        pool->methods->open(pool->methods_arg, on_opened, lease);
    if (!lease->connection) {
        free(lease);
        return -1;
    }
    pool->size++;
    pool->opening++;
    return 0;
}

/* Lends what is free to who waits, in order; opens what is still wanted. */
static void lend(struct pool *pool)
{
    struct lease *lease;

    while (pool->waiting > 0 && (lease = TAILQ_FIRST(&pool->free))) {
        TAILQ_REMOVE(&pool->free, lease, link);
        if (!pool->methods->alive(lease->connection)) {
            lease_close(lease);
            continue;
        }
        lease->state = LENT;
        serve_first(pool, lease, NULL);
    }
    while (pool->waiting > pool->opening && pool->size < pool->max) {
        if (open_one(pool) < 0) {
            serve_first(pool, NULL, "out of memory");
            break;
        }
    }
}

/* The one place where things happen, called from the loop. */
static void on_work(evutil_socket_t fd, short events, void *arg)
{
    struct pool *pool = arg;
    struct lease *lease;

    (void)fd;
    (void)events;
    if (!pool->closing) {
        lend(pool);
        return;
    }
    while (pool->waiting > 0)
        serve_first(pool, NULL, "the pool is closing");
    while ((lease = TAILQ_FIRST(&pool->free))) {
        TAILQ_REMOVE(&pool->free, lease, link);
        lease_close(lease);
    }
    if (pool->size == 0 && pool->closed) {
        void (*closed)(void *) = pool->closed;

        pool->closed = NULL;
        closed(pool->closed_arg); /* may free the pool */
    }
}

struct pool *pool_new(struct event_base *base,
                      const struct pool_methods *methods, void *arg, int min,
                      int max)
{
    struct pool *pool;

    if (min < 0 || max < 1 || min > max) {
        errno = EINVAL;
        return NULL;
    }
    pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pool->methods = methods;
    pool->methods_arg = arg;
    pool->max = max;
    TAILQ_INIT(&pool->free);
    TAILQ_INIT(&pool->waiters);
    pool->work = event_new(base, -1, 0, on_work, pool);
    if (!pool->work) {
        free(pool);
        return NULL;
    }
    while (pool->size < min && open_one(pool) == 0)
        ; /* without memory now: opened later, when somebody wants it */
    return pool;
}

int pool_acquire(struct pool *pool, pool_acquired acquired, void *arg)
{
    struct waiter *waiter = calloc(1, sizeof *waiter);

    if (!waiter)
        return -1;
    waiter->acquired = acquired;
    waiter->arg = arg;
    TAILQ_INSERT_TAIL(&pool->waiters, waiter, link);
    pool->waiting++;
    pool_wake(pool);
    return 0;
}

void *lease_connection(const struct lease *lease)
{
    return lease->connection;
}

int pool_release(struct pool *pool, struct lease *lease)
{
    if (lease->pool != pool || lease->state != LENT)
        return -1;
    if (!pool->closing && pool->methods->reusable(lease->connection)) {
        lease->state = FREE;
        TAILQ_INSERT_TAIL(&pool->free, lease, link);
    } else {
        lease_close(lease);
    }
    pool_wake(pool);
    return 0;
}

void pool_close(struct pool *pool, void (*closed)(void *arg), void *arg)
{
    if (pool->closing)
        return;
    pool->closing = true;
    pool->closed = closed;
    pool->closed_arg = arg;
    pool_wake(pool);
}

void pool_free(struct pool *pool)
{
    event_free(pool->work);
    free(pool);
}
