/* 1_bank — transfers at once, and no money lost or made.
 *
 * asyncio: asyncio.Lock, one for each account
 * Run:     make try EXERCISE=05-1 ARGS='5 100,0,50 0-1:80 2-1:20 1-0:10'
 *                              reading takes 5 ms, writing 15; the balances of
 *                              the accounts 0, 1, 2; transfers, all at once
 * Prints:  0: done, or 0: refused: …, as it comes; then the balances
 * Given:   given/1_scene.h         main, ledger_read, ledger_write
 *
 * The wait is between the reading and the writing, and it cannot be moved: so
 * each account has a lock. A transfer takes the lock of the lower number first,
 * whatever its direction, so that two of them cannot wait for each other. Each
 * way out leads through TASK_FINALLY, which releases what the transfer holds.
 */
#include "given/1_scene.h"
#include "lock.h"
#include <stdlib.h>

/* What all transfers share. */
struct bank {
    struct ledger *ledger; /* not owned */
    struct lock locks[ACCOUNTS];
};

struct bank *bank_new(struct ledger *ledger)
{
    struct bank *bank = calloc(1, sizeof *bank);

    if (!bank)
        return NULL;
    bank->ledger = ledger;
    for (int i = 0; i < ACCOUNTS; i++)
        lock_init(&bank->locks[i], "the lock of an account");
    return bank;
}

/* async def transfer(bank, order) */
struct transfer {
    struct task task;
    struct bank *bank;         /* not owned */
    const struct order *order; /* not owned: from, to, amount */
    long from_seen, to_seen;   /* the balances, as they were read */
};

struct task *transfer_new(struct bank *bank, const struct order *order)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);

    if (!transfer)
        return NULL;
    transfer->bank = bank;
    transfer->order = order;
    return &transfer->task;
}

void transfer_run(struct task *me)
{
    struct transfer *self = (struct transfer *)me;
    struct ledger *ledger = self->bank->ledger;
    const struct order *order = self->order;
    struct lock *from = &self->bank->locks[order->from];
    struct lock *to = &self->bank->locks[order->to];
    struct lock *first = order->from < order->to ? from : to;
    struct lock *second = order->from < order->to ? to : from;

    TASK_BEGIN(me);
    AWAIT(me, lock_acquire(me, first));
    if (second != first)
        AWAIT(me, lock_acquire(me, second));
    AWAIT(me, ledger_read(me, ledger, order->from, &self->from_seen));
    if (self->from_seen < order->amount)
        TASK_FAIL(me, "too little");
    if (order->from == order->to) /* nothing moves */
        TASK_RETURN(me);
    AWAIT(me, ledger_read(me, ledger, order->to, &self->to_seen));

    AWAIT(me, ledger_write(me, ledger, order->from,
                           self->from_seen - order->amount));
    AWAIT(me,
          ledger_write(me, ledger, order->to, self->to_seen + order->amount));

    TASK_FINALLY(me);
    lock_release(me, second);
    lock_release(me, first);
    TASK_END(me);
}
