/* queue — a bounded queue and a semaphore for the tasks of await.h.
 *
 *     int slots[4];
 *     queue_init(&queue, slots, sizeof slots[0], 4);
 *     AWAIT(me, queue_put(me, &queue, &self->number));    waits while it is full
 *     AWAIT(me, queue_get(me, &queue, &self->number));    waits while it is empty
 *     queue_close(&queue);                                no more to come
 *
 *     semaphore_init(&semaphore, 3);
 *     AWAIT(me, semaphore_acquire(me, &semaphore));
 *     self->holds = true;
 *     …
 *     TASK_FINALLY(me);
 *     if (self->holds)
 *         semaphore_release(&semaphore);
 *
 * Who waits is served strictly in order, and what one task gives is handed to
 * the first that waits for it: nobody comes in between, and who has been served
 * keeps it, even if it is cancelled before its turn (its next wait is cancelled
 * then). Modelled on asyncio.Queue, with the shutdown of Python 3.13, and
 * asyncio.Semaphore. They own no memory: nothing to free. Add queue.c to what
 * await.h compiles.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include "await.h"

extern const char QUEUE_CLOSED[]; /* asyncio.QueueShutDown */

struct queue {
    char *slots; /* not owned */
    size_t size, capacity, first, count;
    struct task_waiters getters, putters; /* one of them is always empty */
    bool closed;
};

/* A queue in an array of yours: `capacity` (1 at least) items of `size` bytes.
 * Items are copied in and out. */
void queue_init(struct queue *queue, void *slots, size_t size, size_t capacity);

/* await queue.put: `item` must stay where it is until the wait is over (so keep
 * it in your struct). QUEUE_CLOSED if nobody may put any more. */
TASK_AWAITABLE bool queue_put(struct task *me, struct queue *queue, void *item);

/* await queue.get: writes to `item`, which must stay as well. QUEUE_CLOSED when
 * the queue is closed and empty. */
TASK_AWAITABLE bool queue_get(struct task *me, struct queue *queue, void *item);

/* queue.put_nowait, also from a callback: false if it is full or closed. */
bool queue_try_put(struct queue *queue, const void *item);

/* queue.shutdown: wakes all who wait; what is in the queue can still be got. */
void queue_close(struct queue *queue);

/* A number of permits. With none at first it is how a callback wakes a task. */
struct semaphore {
    size_t free;
    struct task_waiters waiters;
};

void semaphore_init(struct semaphore *semaphore, size_t permits);

/* await semaphore.acquire */
TASK_AWAITABLE bool semaphore_acquire(struct task *me,
                                      struct semaphore *semaphore);

/* The permit goes to the first that waits. */
void semaphore_release(struct semaphore *semaphore);

#endif
