/* process_pool — runs functions in worker processes, reports to the loop.
 *
 *     struct process_pool *pool = process_pool_new(4, 64, sizeof number);
 *     base = event_base_new();             after the fork, not before
 *     process_pool_attach(pool, base);
 *     struct job job = {.function = sum, .argument = &number,
 *                       .size = sizeof number, .done = on_done};
 *     if (process_pool_submit(pool, &job) < 0) …full…
 *     static void on_done(const char *error, void *arg) …number holds the sum…
 *     process_pool_free(pool);
 *
 * The same jobs as thread_pool's (job.h), but the argument's bytes are copied to
 * the worker, and back when the function has run on them. So a job can hold no
 * pointers: neither the worker's memory nor the program's means anything to the
 * other. Of a fixed-size argument, arrays and lengths are fine. What is larger than
 * a message (about 200 KB on Linux) goes into a file, and its name into the job.
 * The function is one that the program had when the pool was made: not one from a
 * library that was loaded later. What it changes outside of its argument stays in
 * that worker.
 *
 * A worker that dies, of whatever, fails the job it had and no other, and is
 * replaced by the workers' fork_server. So is one whose running job is cancelled: a
 * process, unlike a thread, can be stopped at any time.
 *
 * Until it is stopped, the pool keeps the loop from ending. Call everything here
 * from the loop's thread. Tasks await a job with run_in_executor.h.
 *
 * asyncio: loop.run_in_executor with a ProcessPoolExecutor. There a worker's
 * death breaks the pool for good, its queue has no bound, and what runs cannot
 * be cancelled. Arguments are pickled, so that they may have any shape.
 */
#ifndef PROCESS_POOL_H
#define PROCESS_POOL_H

#include "job.h"
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

struct process_pool;

/* Forks the workers (>= 1), before there is an event base or a thread.
 * `capacity`: how many jobs may be unanswered at once. `largest`: how many bytes
 * an argument may have. Returns NULL on failure and errno: EMSGSIZE if a socket
 * takes no such messages, or which resource is lacking. */
struct process_pool *process_pool_new(int workers, int capacity,
                                      size_t largest);

/* Lets the pool use a loop; once, before the first job. Returns 0; on failure
 * -1. */
int process_pool_attach(struct process_pool *pool, struct event_base *base);

/* Has on_room called, from the loop: after a submit was refused because the pool
 * was full, once, as soon as the next submit has another answer: there is room, or
 * the pool was stopped. It may submit. Each `done` makes room. */
void process_pool_on_room(struct process_pool *pool, void (*on_room)(void *arg),
                          void *arg);

/* Takes a job. `done` comes once, from the loop or from process_pool_free, never
 * from in here. Returns 0; or -1 and errno: EAGAIN if the pool is full, ESHUTDOWN
 * after process_pool_stop, ECHILD if there is no process any more, EINVAL before
 * process_pool_attach or without bytes, EMSGSIZE with more than the pool was made
 * for. A job that was refused is the caller's. */
int process_pool_submit(struct process_pool *pool, struct job *job);

/* Takes back a job that has not begun; stops one that runs, with its worker.
 * `done` brings JOB_CANCELLED from the loop, in its next pass. Does nothing if the
 * job is over already. Returns whether it did. asyncio: Future.cancel. */
bool process_pool_cancel(struct process_pool *pool, struct job *job);

/* Takes no further job. With `finish` those it has are computed; else those
 * that have not begun fail with JOB_STOPPED. After the last `done` the pool no
 * longer keeps the loop from ending.
 * asyncio: Executor.shutdown(cancel_futures=not finish) */
void process_pool_stop(struct process_pool *pool, bool finish);

/* Ends the workers, waits for them (no zombies); calls `done` for each job that is
 * left, with JOB_STOPPED, also for those that ran; frees the pool. Before
 * event_base_free; not from a `done`. */
void process_pool_free(struct process_pool *pool);

#endif
