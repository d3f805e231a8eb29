/* process_pool — runs a function in worker processes, reports to the loop.
 *
 *     struct process_pool *pool = process_pool_new(sum, 4, 64);
 *     base = event_base_new();             after the fork, not before
 *     process_pool_attach(pool, base);
 *     if (!process_pool_submit(pool, 1000000, on_result, arg)) …full…
 *     void on_result(uint64_t result, const char *error, void *arg) …
 *     process_pool_free(pool);
 *
 * The same calls as thread_pool's. A number goes to the worker in a message, a
 * number comes back. A worker that dies, of whatever, fails the job it had and
 * no other, and is replaced by the crew's fork_server. So is one whose running job is
 * cancelled: a process, unlike a thread, can be stopped at any time.
 *
 * Until it is stopped, the pool keeps the loop from ending. Everything here is to
 * be called from the loop's thread.
 *
 * asyncio: loop.run_in_executor with a ProcessPoolExecutor. There a worker's
 * death breaks the pool for good, its queue has no bound, and what runs cannot
 * be cancelled.
 */
#ifndef PROCESS_POOL_H
#define PROCESS_POOL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct process_pool;
struct process_job;

/* error: NULL, or words in place of a result. */
typedef void (*process_pool_done)(uint64_t result, const char *error,
                                  void *arg);

/* Forks the workers (>= 1), before there is an event base or a thread. `limit`:
 * how many jobs may be unanswered at once. NULL without resources; see errno. */
struct process_pool *process_pool_new(uint64_t (*function)(uint64_t),
                                      int workers, int limit);

/* Lets the pool use a loop; once, before the first job. 0, or -1. */
int process_pool_attach(struct process_pool *pool, struct event_base *base);

/* Takes a job. `done` comes once, from the loop, never from in here; till then
 * the job can be cancelled. NULL and errno: EAGAIN if the pool is full (each
 * `done` and each cancelled job makes room), ESHUTDOWN after
 * process_pool_stop, ECHILD if there is no process any more, EINVAL before
 * process_pool_attach, ENOMEM. */
struct process_job *process_pool_submit(struct process_pool *pool,
                                        uint64_t argument,
                                        process_pool_done done, void *arg);

/* For an owner who goes: `done` will not come. What has not started never
 * will; what runs is stopped. asyncio: Future.cancel. */
void process_pool_cancel(struct process_pool *pool, struct process_job *job);

/* Takes no further job. With `finish` those it has are computed; else those
 * that have not started fail. When all are answered, the pool keeps the loop
 * no longer from ending. asyncio: Executor.shutdown(cancel_futures=not finish) */
void process_pool_stop(struct process_pool *pool, bool finish);

/* Ends the workers, waits for them (no zombies), drops the jobs without a call
 * of `done`, frees the pool. Before event_base_free; not from a `done`. */
void process_pool_free(struct process_pool *pool);

#endif
