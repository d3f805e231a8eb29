/* 1_bank — transfers at once, and no money lost or made.
 *
 * asyncio: asyncio.Lock, one for each account
 * Run:     ./1_bank 5 100,0,50 0-1:80 2-1:20 1-0:10
 *                              reading takes 5 ms, writing 15; the balances of
 *                              the accounts 0, 1, 2; transfers, all at once
 * Prints:  0: done, or 0: refused: …, as it comes; then the balances
 *
 * The wait is between the reading and the writing, and it cannot be moved: so
 * each account has a lock. A transfer takes the lock of the lower number first,
 * whatever its direction, so that two of them cannot wait for each other. Each
 * way out leads through transfer_end, which releases what it holds.
 */
#include "given/1_scene.h"
#include "given/async_lock.h"

#include <stdlib.h>

struct bank {
    struct async_lock *locks[ACCOUNTS]; /* owned */
};

/* Freed by the scene, with free(). */
struct transfer {
    struct bank *bank;
    struct order *order;               /* not owned */
    struct lock_request first, second; /* the lower account's, the higher's */
    long from_seen, to_seen;
};

static int lower(const struct order *order)
{
    return order->from < order->to ? order->from : order->to;
}

static int higher(const struct order *order)
{
    return order->from < order->to ? order->to : order->from;
}

/* The only way out: reports how it ended, releases the locks. */
static void transfer_end(struct transfer *transfer, const char *how)
{
    struct async_lock **locks = transfer->bank->locks;
    struct order *order = transfer->order;

    order_decided(order, how);
    (void)async_lock_release(locks[higher(order)], &transfer->second);
    (void)async_lock_release(locks[lower(order)], &transfer->first);
}

static void on_to_written(long balance, void *arg)
{
    (void)balance;
    transfer_end(arg, "done");
}

static void on_from_written(long balance, void *arg)
{
    struct transfer *transfer = arg;
    struct order *order = transfer->order;

    (void)balance;
    ledger_write(order, order->to, transfer->to_seen + order->amount,
                 on_to_written, transfer);
}

static void on_to_read(long balance, void *arg)
{
    struct transfer *transfer = arg;
    struct order *order = transfer->order;

    if (balance == UNKNOWN) {
        transfer_end(transfer, "refused: no such account");
        return;
    }
    transfer->to_seen = balance;
    ledger_write(order, order->from, transfer->from_seen - order->amount,
                 on_from_written, transfer);
}

static void on_from_read(long balance, void *arg)
{
    struct transfer *transfer = arg;
    struct order *order = transfer->order;

    if (balance == UNKNOWN) {
        transfer_end(transfer, "refused: no such account");
        return;
    }
    if (balance < order->amount) {
        transfer_end(transfer, "refused: too little");
        return;
    }
    if (order->from == order->to) { /* nothing moves */
        transfer_end(transfer, "done");
        return;
    }
    transfer->from_seen = balance;
    ledger_read(order, order->to, on_to_read, transfer);
}

/* There is no limit to the wait, so the outcome is always the lock. */
static void on_second_lock(enum lock_outcome outcome, void *arg)
{
    struct transfer *transfer = arg;

    (void)outcome;
    ledger_read(transfer->order, transfer->order->from, on_from_read, transfer);
}

static void on_first_lock(enum lock_outcome outcome, void *arg)
{
    struct transfer *transfer = arg;
    struct order *order = transfer->order;

    if (order->from == order->to)
        on_second_lock(outcome, transfer);
    else if (async_lock_acquire(transfer->bank->locks[higher(order)],
                                &transfer->second, NULL, on_second_lock,
                                transfer) < 0)
        transfer_end(transfer, "refused: no lock");
}

struct transfer *transfer_start(struct bank *bank, struct order *order)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);

    if (!transfer)
        return NULL;
    *transfer = (struct transfer){.bank = bank, .order = order};
    if (async_lock_acquire(bank->locks[lower(order)], &transfer->first, NULL,
                           on_first_lock, transfer) < 0)
        transfer_end(transfer, "refused: no lock");
    return transfer;
}

struct bank *bank_new(struct event_base *base)
{
    struct bank *bank = calloc(1, sizeof *bank);

    if (!bank)
        return NULL;
    for (int i = 0; i < ACCOUNTS; i++) {
        bank->locks[i] = async_lock_new(base);
        if (!bank->locks[i]) {
            bank_free(bank);
            return NULL;
        }
    }
    return bank;
}

void bank_free(struct bank *bank)
{
    for (int i = 0; i < ACCOUNTS; i++)
        async_lock_free(bank->locks[i]);
    free(bank);
}
