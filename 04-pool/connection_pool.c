#include "connection_pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

/* A connection and its place in the pool. Owned by the pool throughout. */
struct entry {
    TAILQ_ENTRY(entry) link; /* in pool->free, ->opening_list or ->lent */
    struct pool *pool;
    void *connection;
    uint64_t loan; /* the number of its lease, while it is lent */
};

/* Somebody who waits for a connection. */
struct waiter {
    TAILQ_ENTRY(waiter) link;
    pool_acquired acquired;
    void *arg;
};

TAILQ_HEAD(entries, entry);

struct pool {
    const struct pool_methods *methods; /* the caller's */
    void *methods_arg;
    int max, size;               /* size: all entries, wherever they are */
    struct entries free;         /* the longest unused is the first */
    struct entries opening_list; /* not ready yet */
    int opening;                 /* how many those are */
    struct entries lent;
    uint64_t loans; /* ever given */
    TAILQ_HEAD(, waiter) waiters;
    int waiting;
    struct event *work;   /* owned: everything happens in on_work */
    int missing;          /* of the first min, not open yet */
    pool_created created; /* NULL once it has been called */
    void *created_arg;
    char failure[256]; /* why the first ones could not be opened, or "" */
    bool closing;
    void (*closed)(void *arg);
    void *closed_arg;
};

static const struct lease no_lease = {NULL, 0};

/* Something has changed: on_work will see to it, from the loop. */
static void pool_wake(struct pool *pool)
{
    event_active(pool->work, 0, 0);
}

/* The connection is gone, and there is room for another. */
static void on_entry_closed(void *arg)
{
    struct entry *entry = arg;
    struct pool *pool = entry->pool;

    free(entry);
    pool->size--;
    pool_wake(pool);
}

static void entry_close(struct entry *entry)
{
    entry->pool->methods->close(entry->connection, on_entry_closed, entry);
}

/* Takes the first waiter out of the queue and calls it back. It may call the
 * pool again, but for pool_free. */
static void serve_first(struct pool *pool, struct lease lease,
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

/* Lends what is free to who waits, in order. */
static void lend_free(struct pool *pool)
{
    struct entry *entry;

    while (!pool->closing && pool->waiting > 0 &&
           (entry = TAILQ_FIRST(&pool->free))) {
        TAILQ_REMOVE(&pool->free, entry, link);
        if (!pool->methods->alive(entry->connection)) {
            entry_close(entry);
            continue;
        }
        entry->loan = ++pool->loans;
        TAILQ_INSERT_TAIL(&pool->lent, entry, link);
        serve_first(pool, (struct lease){entry->connection, entry->loan}, NULL);
    }
}

/* A connection is ready to be lent, or could not be opened: then the first
 * waiter that finds no other is told why; the next ones have their own try. */
static void on_opened(void *connection, const char *error, void *arg)
{
    struct entry *entry = arg;
    struct pool *pool = entry->pool;

    (void)connection;
    TAILQ_REMOVE(&pool->opening_list, entry, link);
    pool->opening--;
    if (!error) {
        TAILQ_INSERT_TAIL(&pool->free, entry, link);
        if (pool->missing > 0)
            pool->missing--;
    } else {
        if (pool->created) {
            snprintf(pool->failure, sizeof pool->failure, "%s", error);
            pool->closing = true;
        }
        entry_close(entry);
        lend_free(pool);
        if (!pool->closing && pool->waiting > 0)
            serve_first(pool, no_lease, error);
    }
    pool_wake(pool);
}

/* Begins to open one more. Returns 0, or -1 without memory. */
static int open_one(struct pool *pool)
{
    struct entry *entry = calloc(1, sizeof *entry);

    if (!entry)
        return -1;
    entry->pool = pool;
    entry->connection =
        pool->methods->open(pool->methods_arg, on_opened, entry);
    if (!entry->connection) {
        free(entry);
        return -1;
    }
    TAILQ_INSERT_TAIL(&pool->opening_list, entry, link);
    pool->opening++;
    pool->size++;
    return 0;
}

/* Closing: whoever waits now is told, what is not lent goes, and when all is
 * gone, so is the pool's work. May be the last thing the pool does. */
static void close_down(struct pool *pool)
{
    struct entry *entry;

    for (int left = pool->waiting; left > 0; left--)
        serve_first(pool, no_lease, "the pool is closing");
    while ((entry = TAILQ_FIRST(&pool->free))) {
        TAILQ_REMOVE(&pool->free, entry, link);
        entry_close(entry);
    }
    while ((entry = TAILQ_FIRST(&pool->opening_list))) {
        TAILQ_REMOVE(&pool->opening_list, entry, link);
        pool->opening--;
        entry_close(entry);
    }
    if (pool->size > 0)
        return;
    if (pool->created) {
        pool_created created = pool->created;

        pool->created = NULL;
        created(pool, *pool->failure ? pool->failure : "the pool is closing",
                pool->created_arg); /* may free the pool */
    } else if (pool->closed) {
        void (*closed)(void *) = pool->closed;

        pool->closed = NULL;
        closed(pool->closed_arg); /* may free the pool */
    }
}

/* The one place where things happen, called from the loop. */
static void on_work(evutil_socket_t fd, short events, void *arg)
{
    struct pool *pool = arg;

    (void)fd;
    (void)events;
    if (pool->closing) {
        close_down(pool);
        return;
    }
    if (pool->created && pool->missing == 0) {
        pool_created created = pool->created;

        pool->created = NULL;
        created(pool, NULL, pool->created_arg);
    }
    lend_free(pool);
    while (!pool->closing && pool->waiting > pool->opening &&
           pool->size < pool->max) {
        if (open_one(pool) < 0) {
            serve_first(pool, no_lease, "out of memory");
            pool_wake(pool); /* the others have another turn */
            break;
        }
    }
}

struct pool *pool_new(struct event_base *base,
                      const struct pool_methods *methods, void *methods_arg,
                      int min, int max, pool_created created, void *arg)
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
    pool->methods_arg = methods_arg;
    pool->max = max;
    pool->missing = min;
    pool->created = created;
    pool->created_arg = arg;
    TAILQ_INIT(&pool->free);
    TAILQ_INIT(&pool->opening_list);
    TAILQ_INIT(&pool->lent);
    TAILQ_INIT(&pool->waiters);
    pool->work = event_new(base, -1, 0, on_work, pool);
    if (!pool->work) {
        free(pool);
        return NULL;
    }
    for (int i = 0; i < min && !pool->closing; i++) {
        if (open_one(pool) < 0) {
            snprintf(pool->failure, sizeof pool->failure, "out of memory");
            pool->closing = true;
        }
    }
    pool_wake(pool);
    return pool;
}

int pool_acquire(struct pool *pool, pool_acquired acquired, void *arg)
{
    struct waiter *waiter;

    if (pool->closing) {
        errno = ESHUTDOWN;
        return -1;
    }
    waiter = calloc(1, sizeof *waiter);
    if (!waiter)
        return -1;
    waiter->acquired = acquired;
    waiter->arg = arg;
    TAILQ_INSERT_TAIL(&pool->waiters, waiter, link);
    pool->waiting++;
    pool_wake(pool);
    return 0;
}

int pool_release(struct pool *pool, struct lease lease)
{
    struct entry *entry = TAILQ_FIRST(&pool->lent);

    while (entry && entry->loan != lease.number)
        entry = TAILQ_NEXT(entry, link);
    if (!entry)
        return -1;
    TAILQ_REMOVE(&pool->lent, entry, link);
    if (!pool->closing && pool->methods->reusable(entry->connection))
        TAILQ_INSERT_TAIL(&pool->free, entry, link);
    else
        entry_close(entry);
    pool_wake(pool);
    return 0;
}

void pool_close(struct pool *pool, void (*closed)(void *arg), void *arg)
{
    if (pool->closed || (pool->closing && !*pool->failure))
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
