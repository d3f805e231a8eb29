/* thread_pool — runs functions on threads, reports to the event loop.
 *
 *     struct thread_pool *pool = thread_pool_new(base, 4, 64);
 *     struct job job = {.function = sum, .argument = &number, .done = on_done};
 *     if (thread_pool_submit(pool, &job) < 0) …full…
 *     static void on_done(const char *error, void *arg) …
 *     thread_pool_free(pool);
 *
 * A job runs on a worker thread, on the caller's own memory: see job.h. Until
 * `done` the job may use what its argument points to, and the loop's thread must
 * not. The job may touch nothing of libevent's. Its end travels in a queue under a
 * mutex; a descriptor (`man 2 eventfd`) wakes the loop, which then takes all that
 * is there. So no thread but the loop's own ever calls libevent, and its thread
 * support (evthread_use_pthreads) is not needed.
 *
 * Until it is stopped, the pool keeps the loop from ending. Call everything here
 * from the loop's thread. Tasks await a job with run_in_executor.h.
 *
 * asyncio: loop.run_in_executor with a ThreadPoolExecutor. There the queue has
 * no bound.
 */
#ifndef THREAD_POOL_H
#define THREAD_POOL_H

#include "job.h"
#include <event2/event.h>
#include <stdbool.h>

struct thread_pool;

/* Starts the threads (>= 1). `capacity`: how many jobs may be unanswered at once.
 * Returns NULL if there are too few resources; errno says which. */
struct thread_pool *thread_pool_new(struct event_base *base, int workers,
                                    int capacity);

/* Has on_room called, from the loop: after a submit was refused because the pool
 * was full, once, as soon as the next submit has another answer: there is room, or
 * the pool was stopped. It may submit. Each `done` makes room. */
void thread_pool_on_room(struct thread_pool *pool, void (*on_room)(void *arg),
                         void *arg);

/* Takes a job. `done` comes once, from the loop or from thread_pool_free, never
 * from in here. Returns 0; or -1 and errno: EAGAIN if the pool is full,
 * ESHUTDOWN after thread_pool_stop. A job that was refused is the caller's. */
int thread_pool_submit(struct thread_pool *pool, struct job *job);

/* Takes back a job that has not begun: `done` brings JOB_CANCELLED from the loop.
 * A thread cannot be stopped: a job that runs ends by itself, and `done` comes
 * then. Returns whether the job was taken back. asyncio: Future.cancel. */
bool thread_pool_cancel(struct thread_pool *pool, struct job *job);

/* Takes no further job. With `finish` those it has are computed; else those
 * that have not begun fail with JOB_STOPPED. After the last `done` the pool no
 * longer keeps the loop from ending.
 * asyncio: Executor.shutdown(cancel_futures=not finish) */
void thread_pool_stop(struct thread_pool *pool, bool finish);

/* Waits for the jobs that run; calls `done` for each job that is left, with
 * JOB_STOPPED for those that have not begun; ends the threads, frees the pool.
 * Before event_base_free; not from a `done`. */
void thread_pool_free(struct thread_pool *pool);

#endif
