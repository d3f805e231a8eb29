/* pool_task.c — tasks wait for a connection_pool; pool_task.h is the manual. */
#include "pool_task.h"
#include <errno.h>
#include <stdio.h>

/* The open method's words are lost after the call: a copy of them. */
static const char *keep(struct pool_handle *handle, const char *error)
{
    if (!error || error == POOL_CLOSING || error == POOL_NO_MEMORY)
        return error;
    snprintf(handle->failure, sizeof handle->failure, "%s", error);
    return handle->failure;
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct pool_handle *handle = arg;

    if (error) {
        error = keep(handle, error);
        pool_free(pool);
        handle->pool = NULL;
    }
    task_resume(handle->wait.waiter,
                error == POOL_CLOSING ? TASK_CANCELLED : error);
}

/* on_created comes instead of the pool's end. */
static bool interrupt_create(struct task_wait *wait)
{
    pool_close(((struct pool_handle *)wait)->pool, NULL, NULL);
    return false;
}

bool pool_create(struct task *me, struct pool_handle *handle,
                 const struct pool_methods *methods, void *methods_arg,
                 const struct pool_options *options)
{
    *handle = (struct pool_handle){
        .wait = {.interrupt = interrupt_create, .kind = "the pool to open"}};
    handle->pool = pool_new(me->loop->base, methods, methods_arg, options,
                            on_created, handle);
    return handle->pool ? task_wait_on(me, &handle->wait)
                        : task_ready(me, POOL_NO_MEMORY);
}

static void on_closed(void *arg)
{
    struct pool_handle *handle = arg;

    pool_free(handle->pool);
    handle->pool = NULL;
    task_resume(handle->wait.waiter,
                handle->terminated ? TASK_CANCELLED : NULL);
}

static bool interrupt_close(struct task_wait *wait)
{
    struct pool_handle *handle = (struct pool_handle *)wait;

    handle->terminated = true;
    pool_terminate(handle->pool, NULL, NULL);
    return false;
}

bool pool_wait_closed(struct task *me, struct pool_handle *handle)
{
    if (!handle->pool)
        return task_ready(me, NULL);
    handle->wait =
        (struct task_wait){.interrupt = interrupt_close,
                           .kind = "all connections of the pool to come back"};
    pool_close(handle->pool, on_closed, handle);
    return task_wait_on(me, &handle->wait);
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct loan *loan = arg;

    loan->lease = lease;
    task_resume(loan->wait.waiter, keep(loan->from, error));
}

static bool interrupt_acquire(struct task_wait *wait)
{
    struct loan *loan = (struct loan *)wait;

    return pool_cancel(loan->from->pool, loan->ticket) == 0;
}

bool loan_acquire(struct task *me, struct loan *loan, struct pool_handle *from)
{
    if (!from->pool)
        return task_ready(me, POOL_CLOSING);
    *loan = (struct loan){.wait = {.interrupt = interrupt_acquire,
                                   .kind = "a connection of the pool"},
                          .from = from};
    loan->ticket = pool_acquire(from->pool, -1, on_lease, loan);
    if (loan->ticket < 0)
        return task_ready(me,
                          errno == ESHUTDOWN ? POOL_CLOSING : POOL_NO_MEMORY);
    return task_wait_on(me, &loan->wait);
}

void loan_release(struct loan *loan)
{
    if (loan->lease.connection)
        (void)pool_release(loan->from->pool, loan->lease); /* it is out */
    loan->lease = (struct lease){NULL, 0};
}
