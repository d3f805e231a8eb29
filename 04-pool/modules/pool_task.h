/* pool_task — connection_pool for the tasks of await.h.
 *
 *     struct pool_handle pool;                in the struct of the main task
 *     struct loan loan;                       in a borrower's; both begin as zeros
 *
 *     AWAIT(me, pool_create(me, &self->pool, &methods, arg, NULL));
 *     AWAIT(me, task_within(me, TASK_SECOND,
 *                           loan_acquire(me, &self->loan, &self->pool)));
 *     … self->loan.lease.connection …
 *
 *     TASK_FINALLY(me);
 *     loan_release(&self->loan);              does nothing if there is no lease
 *     AWAIT(me, pool_wait_closed(me, &self->pool));
 *
 * `methods` are the functions by which the pool opens, checks and closes its
 * connections, and `arg` is passed to them; for MariaDB see mariadb_pool.h.
 *
 * It adds nothing but the waiting. self->pool.pool is the pool, for all else that
 * connection_pool.h has: pool_close, pool_clear, pool_counts …
 *
 * An error is TASK_CANCELLED, TASK_TIMED_OUT, POOL_CLOSING or POOL_NO_MEMORY, to be
 * compared by ==. Any other error is a message that says why a connection could
 * not be opened. It is kept in the handle until the next such failure; for this
 * reason the handle must outlive all tasks that borrow from it.
 *
 * asyncio: aiomysql.create_pool, async with pool.acquire(), pool.wait_closed().
 */
#ifndef POOL_TASK_H
#define POOL_TASK_H

#include "await.h"
#include "connection_pool.h"

/* A pool, as tasks have it. The struct is the caller's. */
struct pool_handle {
    struct task_wait wait; /* of the task that creates or closes it */
    struct pool *pool;     /* owned; NULL: there is none (any more) */
    bool terminated;       /* the wait for its end was interrupted */
    char failure[160];     /* why the last connection could not be opened */
};

/* await create_pool: calls pool_new, and waits until the first min_size
 * connections are open. options NULL: pool_defaults, 1 to 10 connections. After
 * an error handle->pool is NULL. Interrupted, it closes what is open by then,
 * and ends when all is gone. */
TASK_AWAITABLE bool pool_create(struct task *me, struct pool_handle *handle,
                                const struct pool_methods *methods,
                                void *methods_arg,
                                const struct pool_options *options);

/* pool.close() and await pool.wait_closed(): closes the pool, and frees it when
 * every lease is back and every connection is gone. Without a pool it is over at
 * once. One task may wait for it. Interrupted, it calls pool_terminate: what is lent
 * is cut, so that its borrowers return it soon, and the wait ends after that. So a
 * deadline is how long you are patient:
 *     AWAIT_CATCH(me, error, task_within(me, 5 * TASK_SECOND,
 *                                        pool_wait_closed(me, &self->pool)));
 */
TASK_AWAITABLE bool pool_wait_closed(struct task *me,
                                     struct pool_handle *handle);

/* async with pool.acquire(): one lease, and the wait for it. The struct is the
 * borrower's. */
struct loan {
    struct task_wait wait;
    struct pool_handle *from; /* not owned */
    struct lease lease;       /* .connection is NULL while there is none */
    int64_t ticket;           /* while it waits */
};

/* await pool.acquire(): into a loan without a lease. Interrupted, it leaves the
 * queue, and a connection that was to be its own goes to the next waiter. A lease
 * that had come before stays the borrower's, which returns it in TASK_FINALLY. */
TASK_AWAITABLE bool loan_acquire(struct task *me, struct loan *loan,
                                 struct pool_handle *from);

/* pool.release, the end of `async with`: for TASK_FINALLY. Does nothing if there is
 * no lease, or not any more. */
void loan_release(struct loan *loan);

#endif
