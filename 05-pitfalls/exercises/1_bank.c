/* 1_bank — transfers at once, and no money lost or made.
 *
 * asyncio: asyncio.Lock, one for each account
 * Run:     ./1_bank 5 100,0,50 0-1:80 2-1:20 1-0:10
 *                              reading takes 5 ms, writing 15; the balances of
 *                              the accounts 0, 1, 2; transfers, all at once
 * Prints:  0: done, or 0: refused: …, as it comes; then the balances
 * Given:   given/1_scene.h            main, the ledger, order_decided()
 * Task:    README.md#1             Check: make practice EXERCISE=05-1
 */
#include "given/1_scene.h"
#include <stdlib.h>

/* What all transfers share; empty until you need something. */
struct bank {
    struct event_base *base; /* not owned */
};

/* Freed by the scene, with free(). */
struct transfer {
    struct bank *bank;
    struct order *order; /* not owned: number, from, to, amount */
    long from_seen, to_seen;
};

/* ---- Your part: these transfers read, and wait, and write. ---- */

static void transfer_end(struct transfer *transfer, const char *how)
{
    order_decided(transfer->order, how);
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
    transfer->from_seen = balance;
    ledger_read(order, order->to, on_to_read, transfer);
}

struct transfer *transfer_start(struct bank *bank, struct order *order)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);

    if (!transfer)
        return NULL;
    *transfer = (struct transfer){.bank = bank, .order = order};
    ledger_read(order, order->from, on_from_read, transfer);
    return transfer;
}

struct bank *bank_new(struct event_base *base)
{
    struct bank *bank = calloc(1, sizeof *bank);

    if (bank)
        bank->base = base;
    return bank;
}

void bank_free(struct bank *bank)
{
    free(bank);
}
