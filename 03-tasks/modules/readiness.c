/* readiness.c — a wait for one event of libevent's; readiness.h is the manual.
 * The shortest example of a wait of one's own: a task_wait, how to undo it, and
 * who ends it. */
#include "readiness.h"

const char TASK_CANNOT_WATCH[] = "the event loop cannot watch this descriptor";

static void on_ready(evutil_socket_t fd, short events, void *arg)
{
    struct readiness *readiness = arg;
    struct task *waiter = readiness->wait.waiter;

    (void)fd;
    (void)events;
    readiness->wait.waiter = NULL;
    if (waiter)
        task_resume(waiter, NULL);
}

static bool readiness_interrupt(struct task_wait *wait)
{
    struct readiness *readiness = (struct readiness *)wait;

    event_del(readiness->event);
    wait->waiter = NULL;
    return true;
}

int readiness_init(struct readiness *readiness, struct task_loop *loop,
                   evutil_socket_t fd, short what)
{
    *readiness = (struct readiness){
        .wait = {.interrupt = readiness_interrupt,
                 .kind = what & EV_READ ? "a descriptor to be readable"
                                        : "a descriptor to be writable"}};
    readiness->event = event_new(loop->base, fd, what, on_ready, readiness);
    return readiness->event ? 0 : -1;
}

bool readiness_wait(struct task *me, struct readiness *readiness)
{
    if (readiness->wait.waiter)
        return task_ready(me, TASK_AWAITED_TWICE);
    if (event_add(readiness->event, NULL) < 0)
        return task_ready(me, TASK_CANNOT_WATCH);
    return task_wait_on(me, &readiness->wait);
}

void readiness_free(struct readiness *readiness)
{
    if (readiness->event)
        event_free(readiness->event);
    readiness->event = NULL;
}
