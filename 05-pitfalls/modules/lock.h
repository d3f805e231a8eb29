/* lock — asyncio.Lock for the tasks of await.h: one task at a time, across as many
 * AWAITs as it needs, first come, first served.
 *
 *     lock_init(&lock, "the lock of the account");
 *
 *     AWAIT(me, lock_acquire(me, &lock));         async with lock:
 *     … read, AWAIT, write …
 *     TASK_FINALLY(me);                           on each way out
 *     lock_release(me, &lock);
 *
 * - lock_release hands the lock to the first waiter, which holds it from that
 *   moment on. A task that asks in between goes to the end: no barging.
 * - A waiter that is cancelled, or whose deadline passes (task_within), leaves the
 *   queue. A task that was handed the lock before keeps it, even if it has not run
 *   since: its next wait is cancelled, and its TASK_FINALLY releases. So it is with
 *   the semaphore of queue.h.
 * - A free lock is acquired without a wait, as in asyncio: a loop that does nothing
 *   else needs a task_sleep(me, 0), or no other task runs.
 * - The lock knows its holder. A second acquire by that task is an error, where
 *   asyncio waits forever; a release by any other task does nothing, where asyncio
 *   frees the lock. A circle of holders and waiters can be found: see deadlock.c
 *   and scripts/task-tree.
 *
 * A task must release what it holds before it ends; else no other gets the lock.
 * A lock owns no memory: nothing to free. Add lock.c to what await.h compiles.
 */
#ifndef LOCK_H
#define LOCK_H

#include "await.h"

extern const char LOCK_HELD[]; /* "holds that lock already" */

struct lock {
    struct task_waiters waiters; /* .holder: a task, or NULL; .kind: the name */
};

/* A lock that is free. The name is what task-tree prints after "waits for", and
 * is not copied. */
void lock_init(struct lock *lock, const char *name);

/* await lock.acquire: until the task holds the lock. LOCK_HELD if it does. */
TASK_AWAITABLE bool lock_acquire(struct task *me, struct lock *lock);

/* lock.release. Returns false, and does nothing, if that task does not hold the
 * lock: in TASK_FINALLY you need not know. */
bool lock_release(struct task *me, struct lock *lock);

#endif
