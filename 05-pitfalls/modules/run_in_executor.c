#include "run_in_executor.h"

#include <errno.h>

static void on_room(void *arg);

void executor_of_threads(struct executor *executor, struct thread_pool *pool)
{
    *executor = (struct executor){.threads = pool};
    TAILQ_INIT(&executor->waiting);
    thread_pool_on_room(pool, on_room, executor);
}

void executor_of_processes(struct executor *executor, struct process_pool *pool)
{
    *executor = (struct executor){.processes = pool};
    TAILQ_INIT(&executor->waiting);
    process_pool_on_room(pool, on_room, executor);
}

/* Gives a job to the pool. Returns 0, or an errno. */
static int submit(struct executor *executor, struct executor_call *call)
{
    int status = executor->threads
                     ? thread_pool_submit(executor->threads, &call->job)
                     : process_pool_submit(executor->processes, &call->job);

    call->waits_for_room = false;
    call->wait.kind = "a job of the pool";
    return status == 0 ? 0 : errno;
}

static const char *error_of(int refusal)
{
    return refusal == ESHUTDOWN ? JOB_STOPPED
           : refusal == ECHILD  ? JOB_BROKEN
                                : JOB_WRONG_SIZE;
}

/* The job's last callback: nothing uses the argument any more. */
static void on_done(const char *error, void *arg)
{
    struct executor_call *call = arg;

    task_resume(call->wait.waiter, call->interrupted ? TASK_CANCELLED : error);
}

/* The waiter is cancelled or late. A job in the pool ends the wait itself. */
static bool interrupt(struct task_wait *wait)
{
    struct executor_call *call = (struct executor_call *)wait;
    struct executor *executor = call->executor;

    if (call->waits_for_room) {
        TAILQ_REMOVE(&executor->waiting, &call->job, next);
        return true;
    }
    call->interrupted = true;
    if (executor->threads)
        thread_pool_cancel(executor->threads, &call->job);
    else
        process_pool_cancel(executor->processes, &call->job);
    return false;
}

static void wait_for_room(struct executor_call *call)
{
    call->waits_for_room = true;
    call->wait.kind = "room in the pool";
}

/* There is room, or the pool was stopped: the first may try again, and so on. The
 * pool calls this before any task runs, so that none comes in between. */
static void on_room(void *arg)
{
    struct executor *executor = arg;
    struct job *job;

    while ((job = TAILQ_FIRST(&executor->waiting))) {
        struct executor_call *call = job->arg;
        int refusal;

        TAILQ_REMOVE(&executor->waiting, job, next);
        refusal = submit(executor, call);
        if (refusal == EAGAIN) {
            TAILQ_INSERT_HEAD(&executor->waiting, job, next);
            wait_for_room(call);
            return;
        }
        if (refusal)
            task_resume(call->wait.waiter, error_of(refusal));
    }
}

bool run_in_executor(struct task *me, struct executor *executor,
                     struct executor_call *call,
                     void (*function)(void *argument), void *argument,
                     size_t size)
{
    int refusal;

    *call = (struct executor_call){.wait = {.interrupt = interrupt},
                                   .job = {.function = function,
                                           .argument = argument,
                                           .size = size,
                                           .done = on_done,
                                           .arg = call},
                                   .executor = executor};
    refusal = submit(executor, call);
    if (refusal == EAGAIN) {
        TAILQ_INSERT_TAIL(&executor->waiting, &call->job, next);
        wait_for_room(call);
    } else if (refusal) {
        return task_ready(me, error_of(refusal));
    }
    return task_wait_on(me, &call->wait);
}
