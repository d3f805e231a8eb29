/* run_in_executor — a task awaits a job of a thread_pool or a process_pool.
 *
 *     struct executor executor;
 *     executor_of_threads(&executor, pool);           or executor_of_processes
 *
 *     static void compute(void *number) …             on a thread, in a process
 *
 *     AWAIT(me, run_in_executor(me, &executor, &self->call, compute,
 *                               &self->number, sizeof self->number));
 *     … self->number is what compute has made of it …
 *
 * asyncio: await loop.run_in_executor(pool, compute, number). The caller owns
 * the pool, and frees it before the event base. When it is stopped or freed,
 * each wait ends with JOB_STOPPED, unless its job has ended before (job.h has
 * all errors of a job; compare them by ==).
 *
 * A full pool makes the task wait for room, first come, first served. Nothing is
 * allocated: a place in that queue is in the call, which the task brings.
 *
 * If the task is cancelled or its deadline passes (task_within):
 *
 *   - A job that waits for room or for a worker never begins.
 *   - A job that a process runs is stopped, and its worker replaced.
 *   - A job that a thread runs cannot be stopped. The wait ends when the job does,
 *     because until then it uses the task's memory; its result is dropped. For this
 *     reason a job that may hang belongs in a process. (asyncio ends the wait at
 *     once: there references keep the memory alive.)
 *
 * In each case the wait ends with TASK_CANCELLED or TASK_TIMED_OUT, and from then
 * on neither the call nor the argument is in use.
 *
 * Add run_in_executor.c, and the files of both pools, to what await.h compiles.
 */
#ifndef RUN_IN_EXECUTOR_H
#define RUN_IN_EXECUTOR_H

#include "await.h"
#include "process_pool.h"
#include "thread_pool.h"

/* A pool of either kind, and the jobs that wait for room in it. It owns nothing,
 * and must outlive its waits and the pool's last callback. */
struct executor {
    struct thread_pool *threads; /* this one or the next is NULL */
    struct process_pool *processes;
    struct job_list waiting; /* for room */
};

/* Each sets the pool's on_room callback. Do not set it to one of yours. */
void executor_of_threads(struct executor *executor, struct thread_pool *pool);
void executor_of_processes(struct executor *executor,
                           struct process_pool *pool);

/* Lives in the awaiter's struct, as the argument does. */
struct executor_call {
    struct task_wait wait; /* must come first */
    struct job job;
    struct executor *executor;
    bool waits_for_room, interrupted;
};

/* Has a worker call function(argument), and waits until that returns. The
 * function works in place; in a process on a copy of `size` bytes, which is
 * copied back. A thread needs no size. Ends with NULL, or with an error of
 * job.h. */
TASK_AWAITABLE bool run_in_executor(struct task *me, struct executor *executor,
                                    struct executor_call *call,
                                    void (*function)(void *argument),
                                    void *argument, size_t size);

#endif
