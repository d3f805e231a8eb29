/* waiters — the queue in which borrowers wait for a connection.
 *
 * A part of connection_pool, which is the only one to use it. It knows order,
 * tickets and deadlines. A ticket is a number that only grows and is never given
 * again, so a late cancel does no harm; and whoever answers "all who wait now"
 * says so with the newest ticket, since an answer may bring new ones.
 *
 * Answering a waiter calls it back, and it may do anything: ask again, make
 * others leave. So nothing here keeps a pointer along the queue over an answer.
 * asyncio: the deque of futures in asyncio.Condition, which is what aiomysql
 * waits in.
 *
 * Waiters leave in any order, and many at once: when their clients go away. So
 * each is in three places: the queue, one of the lists in which its ticket is
 * found, and a heap of the deadlines. Each way out costs about the same, even
 * for one of 40,000, and a walk through all of them never happens.
 */
#ifndef WAITERS_H
#define WAITERS_H

#include "connection_pool.h"
#include "heap.h"

#include <sys/queue.h>

#define NEVER INT64_MAX
enum { WAITER_LISTS = 1024 };

struct waiter; /* owned by its queue */

struct waiters {
    TAILQ_HEAD(, waiter) queue; /* in the order of their tickets */
    LIST_HEAD(waiter_list, waiter) tickets[WAITER_LISTS];
    struct heap deadlines;
    int count;
    int answered;        /* since connection_pool has set it to 0 */
    int64_t last_ticket; /* the newest one */
};

/* Begins with a struct of zeros. */
void waiters_init(struct waiters *waiters);

/* A waiter joins at the end, until `deadline` (ms; NEVER: none). Returns the
 * ticket, or -1 without memory. */
int64_t waiters_join(struct waiters *waiters, int64_t deadline,
                     pool_acquired acquired, void *arg);

/* A waiter leaves without an answer. Returns 0, or -1: not in the queue. */
int waiters_cancel(struct waiters *waiters, int64_t ticket);

/* Is there a first one, and no later than this ticket? */
bool waiters_wait(const struct waiters *waiters, int64_t up_to);

/* Answers the first one, which is out of the queue by then. */
void waiters_answer(struct waiters *waiters, struct lease lease,
                    const char *error);

/* The earliest deadline (ms), or NEVER. */
int64_t waiters_deadline(const struct waiters *waiters);

/* Answers POOL_TIMED_OUT to those whose deadline has come, up to this ticket, in
 * the order of the deadlines. */
void waiters_time_out(struct waiters *waiters, int64_t now, int64_t up_to);

#endif
