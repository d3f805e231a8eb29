#include "waiters.h"

#include <stdlib.h>

struct waiter {
    struct heap_node deadline; /* must come first */
    TAILQ_ENTRY(waiter) link;
    LIST_ENTRY(waiter) with_ticket;
    int64_t ticket;
    pool_acquired acquired;
    void *arg;
};

/* Tickets count up, so their last bits spread them evenly over the lists. */
static struct waiter_list *list_of(struct waiters *waiters, int64_t ticket)
{
    return &waiters->tickets[(uint64_t)ticket % WAITER_LISTS];
}

void waiters_init(struct waiters *waiters)
{
    TAILQ_INIT(&waiters->queue);
}

int64_t waiters_join(struct waiters *waiters, int64_t deadline,
                     pool_acquired acquired, void *arg)
{
    struct waiter *waiter = malloc(sizeof *waiter);

    if (!waiter)
        return -1;
    waiter->ticket = ++waiters->last_ticket;
    waiter->acquired = acquired;
    waiter->arg = arg;
    TAILQ_INSERT_TAIL(&waiters->queue, waiter, link);
    LIST_INSERT_HEAD(list_of(waiters, waiter->ticket), waiter, with_ticket);
    heap_add(&waiters->deadlines, &waiter->deadline, deadline);
    waiters->count++;
    return waiter->ticket;
}

/* Takes a waiter out of the queue and frees it. */
static void leave(struct waiters *waiters, struct waiter *waiter)
{
    TAILQ_REMOVE(&waiters->queue, waiter, link);
    LIST_REMOVE(waiter, with_ticket);
    heap_remove(&waiters->deadlines, &waiter->deadline);
    waiters->count--;
    free(waiter);
}

static void answer(struct waiters *waiters, struct waiter *waiter,
                   struct lease lease, const char *error)
{
    pool_acquired acquired = waiter->acquired;
    void *arg = waiter->arg;

    leave(waiters, waiter);
    waiters->answered++;
    acquired(lease, error, arg);
}

int waiters_cancel(struct waiters *waiters, int64_t ticket)
{
    struct waiter *waiter = LIST_FIRST(list_of(waiters, ticket));

    while (waiter && waiter->ticket != ticket)
        waiter = LIST_NEXT(waiter, with_ticket);
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

int64_t waiters_deadline(const struct waiters *waiters)
{
    return waiters->deadlines.first ? waiters->deadlines.first->due : NEVER;
}

void waiters_time_out(struct waiters *waiters, int64_t now, int64_t up_to)
{
    while (waiters_deadline(waiters) <= now) {
        struct waiter *waiter = (struct waiter *)waiters->deadlines.first;

        /* Newer waiters are due later, or as late and behind the older ones. */
        if (waiter->ticket > up_to)
            return;
        answer(waiters, waiter, (struct lease){NULL, 0}, POOL_TIMED_OUT);
    }
}
