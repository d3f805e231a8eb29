/* async_lock — asyncio.Lock for callbacks: one at a time, first come, first
 * served, and nothing blocks. Tasks use lock.h instead.
 *
 *     struct task { struct lock_request request; … };
 *
 *     async_lock_acquire(lock, &task->request, NULL, on_lock, task);
 *
 *     static void on_lock(enum lock_outcome outcome, void *task) {
 *         … the lock is ours, across as many returns to the loop as we need …
 *         async_lock_release(lock, &task->request);
 *     }
 *
 * What it promises:
 * - The lock is handed to who has waited longest, and stays held meanwhile:
 *   who asks in between cannot overtake (no barging).
 * - A waiter that times out or is cancelled leaves no trace; if the lock was
 *   on its way to him, it goes to the next.
 * - A callback comes once, from the loop, never from within acquire, release or
 *   cancel: your struct is not changed under your hands. It comes in the same
 *   pass, 64 times in a row; the next one comes after a look for other events, so
 *   that tasks which only release and ask again do not starve them (01-07).
 *
 * For one thread, the loop's. Not reentrant, as asyncio's is not; but who asks
 * again while he waits or holds gets an error, where asyncio waits for ever.
 */
#ifndef ASYNC_LOCK_H
#define ASYNC_LOCK_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/time.h>

struct event;
struct event_base;
struct async_lock;

enum lock_outcome { LOCK_ACQUIRED, LOCK_TIMED_OUT };

typedef void (*lock_callback)(enum lock_outcome outcome, void *arg);

/* One who asks, waits, holds. The caller's: zeroed before its first use (by
 * = {0}), and kept where it is until the lock is released, cancelled or timed
 * out. Its fields are the lock's business. */
struct lock_request {
    enum { REQUEST_IDLE, REQUEST_WAITS, REQUEST_IS_GIVEN, REQUEST_HOLDS } state;
    struct async_lock *lock; /* while not idle */
    struct event *timer;     /* owned, while it waits with a limit */
    lock_callback callback;
    void *arg;
    TAILQ_ENTRY(lock_request) link;
};

/* A lock that nobody holds. The base is borrowed, and is to outlive it. NULL:
 * out of memory. */
struct async_lock *async_lock_new(struct event_base *base);

/* Frees it. Who waits or holds is forgotten: no callback comes any more. NULL is
 * fine. Not from within one of its callbacks. */
void async_lock_free(struct async_lock *lock);

/* asyncio's `await lock.acquire()`, with a timeout its
 * `wait_for(lock.acquire(), timeout)`; NULL waits without a limit. The callback
 * comes from the loop: LOCK_ACQUIRED, and the lock is held till its release, or
 * LOCK_TIMED_OUT, and the request is idle again. 0, or -1 and no callback comes:
 * out of memory, or this request waits or holds already. */
int async_lock_acquire(struct async_lock *lock, struct lock_request *request,
                       const struct timeval *timeout, lock_callback callback,
                       void *arg);

/* Hands the lock to the next, or frees it. 0, or -1 and nothing is changed: this
 * request does not hold this lock (asyncio's RuntimeError, which however lets
 * anybody release a lock that somebody holds). */
int async_lock_release(struct async_lock *lock, struct lock_request *request);

/* Takes back a request whose callback has not come yet; it never comes. 0, or -1
 * and nothing is changed: it does not wait for this lock. asyncio: task.cancel()
 * of a task in `await lock.acquire()`. */
int async_lock_cancel(struct async_lock *lock, struct lock_request *request);

/* Who holds it or is about to, or NULL; how many wait behind him. */
struct lock_request *async_lock_owner(const struct async_lock *lock);
int async_lock_waiters(const struct async_lock *lock);

#endif
