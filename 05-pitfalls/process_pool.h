/* process_pool — runs a function in worker processes, reports to the loop.
 *
 *     struct process_pool *pool = process_pool_new(sum, 4);
 *     base = event_base_new();             after the fork, not before
 *     process_pool_attach(pool, base);
 *     process_pool_submit(pool, 1000000, on_result, arg);
 *     void on_result(uint64_t result, const char *error, void *arg) …
 *     process_pool_free(pool);
 *
 * The workers are forked while there is neither an event base (a child must not
 * touch its parent's) nor a thread. Each has one end of a socket pair whose
 * messages keep their borders (SOCK_SEQPACKET): a number goes in, a number
 * comes out. A worker that dies fails the job it had, and gets no further one.
 *
 * asyncio: loop.run_in_executor with a ProcessPoolExecutor.
 */
#ifndef PROCESS_POOL_H
#define PROCESS_POOL_H

#include <event2/event.h>
#include <stdint.h>

struct process_pool;

/* error: NULL, or words in place of a result. */
typedef void (*process_pool_done)(uint64_t result, const char *error,
                                  void *arg);

/* Forks the workers, >= 1. NULL if there are too few resources. */
struct process_pool *process_pool_new(uint64_t (*function)(uint64_t),
                                      int workers);

/* Lets the pool use a loop; once, before the first job. 0, or -1. */
int process_pool_attach(struct process_pool *pool, struct event_base *base);

/* Queues a job. Returns 0, or -1 without memory. `done` comes once, from the
 * loop. While a job is out, the pool keeps the loop from ending. */
int process_pool_submit(struct process_pool *pool, uint64_t argument,
                        process_pool_done done, void *arg);

/* Ends the workers, waits for them (no zombies), drops the jobs without a call
 * of `done`, frees the pool. Call it before event_base_free, and not from a
 * callback of the pool's. */
void process_pool_free(struct process_pool *pool);

#endif
