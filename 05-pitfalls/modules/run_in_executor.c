#include "run_in_executor.h"

#include <errno.h>

static void on_room(void *arg);

static int thread_submit(void *pool, struct job *job)
{
    return thread_pool_submit(pool, job);
}

static bool thread_cancel(void *pool, struct job *job)
{
    return thread_pool_cancel(pool, job);
}

static int process_submit(void *pool, struct job *job)
{
    return process_pool_submit(pool, job);
}

static bool process_cancel(void *pool, struct job *job)
{
    return process_pool_cancel(pool, job);
}

void executor_of_threads(struct executor *executor, struct thread_pool *pool)
{
    *executor = (struct executor){thread_submit, thread_cancel, pool, {0}};
    TAILQ_INIT(&executor->waiting);
    thread_pool_on_room(pool, on_room, executor);
}

void executor_of_processes(struct executor *executor, struct process_pool *pool)
{
    *executor = (struct executor){process_submit, process_cancel, pool, {0}};
    TAILQ_INIT(&executor->waiting);
    process_pool_on_room(pool, on_room, executor);
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

    if (call->waits_for_room) {
        TAILQ_REMOVE(&call->executor->waiting, &call->job, next);
        return true;
    }
    call->interrupted = true;
    call->executor->cancel(call->executor->pool, &call->job);
    return false;
}

static const char *refusal(int error)
{
    return error == ESHUTDOWN ? JOB_STOPPED
           : error == ECHILD  ? JOB_NO_WORKER
                              : JOB_WRONG_SIZE;
}

/* There is room, or the pool was stopped: the first may try again, and so on. */
static void on_room(void *arg)
{
    struct executor *executor = arg;
    struct job *job;

    while ((job = TAILQ_FIRST(&executor->waiting))) {
        struct executor_call *call = job->arg;

        TAILQ_REMOVE(&executor->waiting, job, next);
        call->waits_for_room = false;
        if (executor->submit(executor->pool, job) == 0)
            continue;
        if (errno != EAGAIN) {
            task_resume(call->wait.waiter, refusal(errno));
            continue;
        }
        TAILQ_INSERT_HEAD(&executor->waiting, job, next);
        call->waits_for_room = true;
        return;
    }
}

bool run_in_executor(struct task *me, struct executor *executor,
                     struct executor_call *call,
                     void (*function)(void *argument), void *argument,
                     size_t size)
{
    *call = (struct executor_call){.wait = {.interrupt = interrupt},
                                   .executor = executor};
    call->job = (struct job){.function = function,
                             .argument = argument,
                             .size = size,
                             .done = on_done,
                             .arg = call};
    /* Behind those that wait, even if there is room at this moment. */
    call->waits_for_room = !TAILQ_EMPTY(&executor->waiting);
    if (!call->waits_for_room &&
        executor->submit(executor->pool, &call->job) < 0) {
        if (errno != EAGAIN)
            return task_go_on(me, refusal(errno));
        call->waits_for_room = true;
    }
    if (call->waits_for_room)
        TAILQ_INSERT_TAIL(&executor->waiting, &call->job, next);
    return task_wait_on(me, &call->wait);
}
