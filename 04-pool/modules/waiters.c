#include "waiters.h"

#include <stdlib.h>

struct waiter {
    TAILQ_ENTRY(waiter) link;
    int64_t ticket, deadline;
    pool_acquired acquired;
    void *arg;
};

void waiters_init(struct waiters *waiters)
{
    *waiters = (struct waiters){.look_at = NEVER};
    TAILQ_INIT(&waiters->queue);
}

int64_t waiters_join(struct waiters *waiters, int64_t deadline,
                     pool_acquired acquired, void *arg)
{
    struct waiter *waiter = malloc(sizeof *waiter);

    if (!waiter)
        return -1;
    waiter->ticket = ++waiters->last_ticket;
    waiter->deadline = deadline;
    waiter->acquired = acquired;
    waiter->arg = arg;
    TAILQ_INSERT_TAIL(&waiters->queue, waiter, link);
    waiters->count++;
    if (deadline < waiters->look_at)
        waiters->look_at = deadline;
    return waiter->ticket;
}

/* Takes one out of the queue and frees it. */
static void leave(struct waiters *waiters, struct waiter *waiter)
{
    if (waiters->next == waiter)
        waiters->next = TAILQ_NEXT(waiter, link);
    TAILQ_REMOVE(&waiters->queue, waiter, link);
    if (--waiters->count == 0)
        waiters->look_at = NEVER;
    free(waiter);
}

static void answer(struct waiters *waiters, struct waiter *waiter,
                   struct lease lease, const char *error)
{
    pool_acquired acquired = waiter->acquired;
    void *arg = waiter->arg;

    leave(waiters, waiter);
    acquired(lease, error, arg);
}

int waiters_cancel(struct waiters *waiters, int64_t ticket)
{
    struct waiter *waiter = TAILQ_FIRST(&waiters->queue);

    while (waiter && waiter->ticket != ticket)
        waiter = TAILQ_NEXT(waiter, link);
    if (!waiter)
        return -1;
    leave(waiters, waiter);
    return 0;
}

bool waiters_wait(const struct waiters *waiters, int64_t up_to)
{
    const struct waiter *first = TAILQ_FIRST(&waiters->queue);

    return first && first->ticket <= up_to;
}

void waiters_answer(struct waiters *waiters, struct lease lease,
                    const char *error)
{
    answer(waiters, TAILQ_FIRST(&waiters->queue), lease, error);
}

void waiters_time_out(struct waiters *waiters, int64_t now, int64_t up_to)
{
    struct waiter *waiter;

    if (now < waiters->look_at)
        return;
    waiters->look_at = NEVER; /* found anew on the way */
    waiters->next = TAILQ_FIRST(&waiters->queue);
    while ((waiter = waiters->next)) {
        waiters->next = TAILQ_NEXT(waiter, link);
        if (waiter->deadline <= now && waiter->ticket <= up_to)
            answer(waiters, waiter, (struct lease){NULL, 0}, "timed out");
        else if (waiter->deadline < waiters->look_at)
            waiters->look_at = waiter->deadline;
    }
}
