/* thread_pool — runs a function on threads, reports to the event loop.
 *
 *     struct thread_pool *pool = thread_pool_new(base, sum, 4, 64);
 *     if (!thread_pool_submit(pool, 1000000, on_result, arg)) …full…
 *     void on_result(uint64_t result, const char *error, void *arg) …
 *     thread_pool_free(pool);
 *
 * The same calls as process_pool's. The function runs on a worker thread and may
 * touch nothing of libevent's, nor anything else that the loop's thread uses; its
 * argument and result are numbers, copied. Results travel in a queue under a
 * mutex; a descriptor (`man 2 eventfd`) wakes the loop, which then takes all that
 * is there. So no thread but the loop's own ever calls libevent, and its thread
 * support (evthread_use_pthreads) is not needed.
 *
 * Until it is stopped, the pool keeps the loop from ending. Everything here is to
 * be called from the loop's thread.
 *
 * asyncio: loop.run_in_executor with a ThreadPoolExecutor. There the queue has
 * no bound.
 */
#ifndef THREAD_POOL_H
#define THREAD_POOL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct thread_pool;
struct thread_job;

/* error: NULL, or words in place of a result. */
typedef void (*thread_pool_done)(uint64_t result, const char *error, void *arg);

/* Starts the threads (>= 1). `limit`: how many jobs may be unanswered at once.
 * NULL if there are too few resources; errno says which. */
struct thread_pool *thread_pool_new(struct event_base *base,
                                    uint64_t (*function)(uint64_t), int workers,
                                    int limit);

/* Takes a job. `done` comes once, from the loop, never from in here; till then
 * the job can be cancelled. NULL and errno: EAGAIN if the pool is full (each
 * `done` makes room, and each job that is cancelled before it starts),
 * ESHUTDOWN after thread_pool_stop, ENOMEM. */
struct thread_job *thread_pool_submit(struct thread_pool *pool,
                                      uint64_t argument, thread_pool_done done,
                                      void *arg);

/* For an owner who goes: `done` will not come. What has not started never will;
 * what runs cannot be stopped, it keeps its thread and its room till it ends,
 * and its result is thrown away. asyncio: Future.cancel. */
void thread_pool_cancel(struct thread_pool *pool, struct thread_job *job);

/* Takes no further job. With `finish` those it has are computed; else those
 * that have not started fail. When all are answered, the pool keeps the loop
 * no longer from ending. asyncio: Executor.shutdown(cancel_futures=not finish) */
void thread_pool_stop(struct thread_pool *pool, bool finish);

/* Waits for the jobs that run, drops the others, all without a call of `done`;
 * ends the threads, frees the pool. Before event_base_free; not from a `done`. */
void thread_pool_free(struct thread_pool *pool);

#endif
