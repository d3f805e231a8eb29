/* thread_pool — runs functions on threads, reports to the event loop.
 *
 *     evthread_use_pthreads();             before the base is made
 *     struct thread_pool *pool = thread_pool_new(base, 4);
 *     thread_pool_submit(pool, sum, 1000000, on_result, arg);
 *     void on_result(uint64_t result, const char *error, void *arg) …
 *     thread_pool_free(pool);
 *
 * The function runs on a worker thread and may touch nothing of libevent's; its
 * argument and result are numbers, copied. The callback runs on the loop's
 * thread. Results travel in a queue under a mutex; one event per pool wakes the
 * loop, which then takes all that is there (activations coalesce).
 *
 * asyncio: loop.run_in_executor with a ThreadPoolExecutor.
 */
#ifndef THREAD_POOL_H
#define THREAD_POOL_H

#include <event2/event.h>
#include <stdint.h>

struct thread_pool;

/* error: NULL, or words in place of a result. */
typedef void (*thread_pool_done)(uint64_t result, const char *error, void *arg);

/* Starts the threads. NULL if there are too few resources; workers >= 1. */
struct thread_pool *thread_pool_new(struct event_base *base, int workers);

/* Queues a job. Returns 0, or -1 without memory. `done` comes once, from the
 * loop. While a job is out, the pool keeps the loop from ending. */
int thread_pool_submit(struct thread_pool *pool, uint64_t (*job)(uint64_t),
                       uint64_t argument, thread_pool_done done, void *arg);

/* Waits for the jobs that run, drops the others without a call of `done`, ends
 * the threads, frees the pool. Call it when the loop does not run. */
void thread_pool_free(struct thread_pool *pool);

#endif
