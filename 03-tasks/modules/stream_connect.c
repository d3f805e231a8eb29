/* stream_connect.c — open_connection; stream_connect.h is the manual. */
#include "stream_connect.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

const char STREAM_NOT_CONNECTED[] = "cannot connect";

/* The connector must have a bound: one that the task's deadline is before. */
static const struct timeval no_timeout = {365 * 24 * 3600, 0};

static const char *refuse(struct stream_connect *connect, const char *reason)
{
    snprintf(connect->reason, sizeof connect->reason, "%s", reason);
    return STREAM_NOT_CONNECTED;
}

static void on_connected(evutil_socket_t fd,
                         const struct connector_failure *failure, void *arg)
{
    struct stream_connect *connect = arg;
    struct task *waiter = connect->wait.waiter;
    const char *error = NULL;

    connect->connector = NULL;
    connect->wait.waiter = NULL;
    if (failure)
        error = refuse(connect, failure->reason);
    else if (stream_init(connect->stream, waiter->loop, fd) < 0)
        error = TASK_NO_MEMORY;
    task_resume(waiter, error);
}

static bool connect_interrupt(struct task_wait *wait)
{
    struct stream_connect *connect =
        (void *)((char *)wait - offsetof(struct stream_connect, wait));

    connector_cancel(connect->connector);
    connect->connector = NULL;
    wait->waiter = NULL;
    return true;
}

bool stream_connect(struct task *me, struct stream_connect *connect,
                    struct stream *stream, const char *host, uint16_t port)
{
    *stream = (struct stream){0};
    *connect = (struct stream_connect){
        .wait = {.kind = "a connection", .interrupt = connect_interrupt},
        .stream = stream};
    connect->connector = connector_start(me->loop->base, host, port,
                                         &no_timeout, on_connected, connect);
    if (connect->connector)
        return task_wait_on(me, &connect->wait);
    return task_ready(me, errno == ENOMEM ? TASK_NO_MEMORY
                                          : refuse(connect, strerror(errno)));
}
