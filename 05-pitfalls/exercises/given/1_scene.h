/* 1_scene.h — what 1_bank.c is given: the ledger, and `main`.
 *
 * The balances are kept elsewhere, in a ledger that cannot be seen from here. It
 * reads a balance and writes one, and does nothing else; each is a trip there
 * and back. The scene reads the orders and starts a transfer for each of them,
 * all at once. It prints how each one ended: "done", or, if the task failed,
 * "refused: " and its error. When all have ended, it prints the balances.
 */
#ifndef SCENE_1_H
#define SCENE_1_H

#include "await.h"

struct ledger; /* the scene's; outlives the bank */

enum { ACCOUNTS = 8 };

/* What a transfer is to do. The scene owns it, and it outlives the transfer. */
struct order {
    int from, to; /* accounts, from 0 to ACCOUNTS - 1; they may be equal */
    long amount;
};

/* ---- What you write in 1_bank.c, and the scene calls ---- */

/* What all transfers share. Its fields are yours: define it in 1_bank.c. */
struct bank;

/* Makes the bank, before any transfer. Returns it; without memory returns NULL.
 * The scene frees what you return, with free(), when all transfers have ended. */
struct bank *bank_new(struct ledger *ledger);

/* Makes a transfer. Its struct is yours to define; a struct task must come first
 * in it. Returns that task; without memory returns NULL. The scene frees what
 * you return, with free(), when all transfers have ended. */
struct task *transfer_new(struct bank *bank, const struct order *order);

/* The transfer; the scene calls task_create with it. Ends when all is written;
 * if the order cannot be carried out, with the reason as its error. */
void transfer_run(struct task *me);

/* ---- What you can call ---- */

/* await: asks for the balance of an account. The answer is written to `balance`
 * when it comes, so keep that in your struct. Ends with NO_SUCH_ACCOUNT if there
 * is none. */
TASK_AWAITABLE bool ledger_read(struct task *me, struct ledger *ledger,
                                int account, long *balance);

/* await: sets the balance of an account, and ends when it is set; that takes three
 * times as long as to read one. NO_SUCH_ACCOUNT if there is none. */
TASK_AWAITABLE bool ledger_write(struct task *me, struct ledger *ledger,
                                 int account, long balance);

extern const char NO_SUCH_ACCOUNT[]; /* "no such account" */

#endif
