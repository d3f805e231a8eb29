/* connection_pool — lends connections out, one borrower at a time.
 *
 *     pool_new(base, &methods, arg, 1, 10, on_created, arg);
 *     void on_created(struct pool *pool, const char *error, void *arg)
 *         pool_acquire(pool, on_lease, arg);
 *     void on_lease(struct lease lease, const char *error, void *arg)
 *         if (!error) … use lease.connection, then
 *         pool_release(pool, lease);
 *     pool_close(pool, on_closed, arg);
 *     void on_closed(void *arg)  pool_free(pool);
 *
 * It knows nothing of databases: connections are made, judged and ended by the
 * methods it is given. Rules: never more than max connections, counting those
 * being opened and those being closed; waiters are served strictly in order;
 * a corpse is dropped, not lent. Whatever makes room wakes a waiter.
 *
 * All callbacks come from the loop, later, never from inside the call that
 * asked for them. Modelled on aiomysql.Pool (create_pool, acquire, release,
 * close, wait_closed).
 */
#ifndef CONNECTION_POOL_H
#define CONNECTION_POOL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct pool;

/* One loan of one connection: a value, which may be copied and kept. An old one
 * does no harm: its number is never given again. */
struct lease {
    void *connection; /* the borrower's until pool_release; NULL: no loan */
    uint64_t number;
};

/* How the pool reaches its connections. */
struct pool_methods {
    /* Begins to open one and returns it, or NULL if there is no memory.
     * opened(connection, error, opened_arg) is to be called later, from the
     * loop; error is NULL or words. Also after an error the pool closes it. */
    void *(*open)(void *arg,
                  void (*opened)(void *connection, const char *error,
                                 void *opened_arg),
                  void *opened_arg);
    /* Ends one, also while it is opening (opened is not called then).
     * closed(closed_arg) is to be called later, when it is gone. */
    void (*close)(void *connection, void (*closed)(void *closed_arg),
                  void *closed_arg);
    bool (*alive)(void *connection);    /* may it be lent? */
    bool (*reusable)(void *connection); /* may it be kept after its return? */
};

/* error: NULL, or why there is no lease (valid during the call). */
typedef void (*pool_acquired)(struct lease lease, const char *error, void *arg);

/* error: NULL, or why one of the first min connections could not be opened: the
 * others are closed by then, and the pool is good for pool_free only. */
typedef void (*pool_created)(struct pool *pool, const char *error, void *arg);

/* Begins to open min connections; `created` tells how that went. Needs
 * 0 <= min <= max and 1 <= max, else NULL with errno EINVAL; NULL also without
 * memory. methods_arg is handed to methods->open. */
struct pool *pool_new(struct event_base *base,
                      const struct pool_methods *methods, void *methods_arg,
                      int min, int max, pool_created created, void *arg);

/* Asks for a connection. Returns 0, or -1: errno ENOMEM, or ESHUTDOWN when the
 * pool is closing. After 0, `acquired` comes once: with a lease, or with an
 * error (connecting failed, the pool closes). */
int pool_acquire(struct pool *pool, pool_acquired acquired, void *arg);

/* Gives it back: kept if reusable, closed if not. The lease is over. Returns
 * 0, or -1 (and does nothing) if this lease is not out, or not any more. */
int pool_release(struct pool *pool, struct lease lease);

/* No new leases; waiters get an error, connections being opened are ended.
 * `closed` comes when every lease is back and every connection is gone. A
 * second call does nothing. */
void pool_close(struct pool *pool, void (*closed)(void *arg), void *arg);

/* Frees a pool that is closed: from `closed` on, or `created` with an error. */
void pool_free(struct pool *pool);

#endif
