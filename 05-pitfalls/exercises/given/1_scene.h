/* 1_scene.h — what 1_bank.c is given: the ledger, and `main`.
 *
 * The balances are kept elsewhere, in a ledger that cannot be seen from here.
 * It reads a balance and writes one, and does nothing else; each is a trip
 * there and back. The scene reads the orders, starts a transfer for each of
 * them, all at once, and runs the loop until it is empty. Then it prints the
 * balances.
 */
#ifndef SCENE_1_H
#define SCENE_1_H

struct event_base;
struct trip;

/* UNKNOWN is the balance of an account that does not exist. */
enum { ACCOUNTS = 8, UNKNOWN = -1 };

/* What a transfer is to do. The scene owns it, and it outlives the transfer. */
struct order {
    int number;
    int from, to; /* accounts, from 0 to ACCOUNTS - 1; they may be equal */
    long amount;
    struct trip *trip; /* the scene's */
};

/* ---- What you write in 1_bank.c, and the scene calls ---- */

/* What all transfers share. Its fields are yours: define it in 1_bank.c. */
struct bank;

/* Makes the bank, before any transfer. Returns the bank; on failure frees what
 * it has made and returns NULL. */
struct bank *bank_new(struct event_base *base);

/* Frees the bank. The loop has ended; all transfers are still there. */
void bank_free(struct bank *bank);

/* Begins a transfer. Call order_decided() for its order once, from here or
 * later, from the loop. Returns the transfer, in one piece of memory that the
 * scene frees with free() at the end of the program; without memory returns
 * NULL. */
struct transfer *transfer_start(struct bank *bank, struct order *order);

/* ---- What you can call ---- */

typedef void (*ledger_callback)(long balance, void *arg);

/* Asks for a balance. The callback comes once, from the loop, with the balance
 * or with UNKNOWN. An order can have one question under way at a time. */
void ledger_read(struct order *order, int account, ledger_callback callback,
                 void *arg);

/* Sets a balance; that takes three times as long as to read one. When the
 * balance is set the callback comes once, from the loop. */
void ledger_write(struct order *order, int account, long balance,
                  ledger_callback callback, void *arg);

/* Prints how a transfer ended: "done", or "refused: …". */
void order_decided(struct order *order, const char *how);

#endif
