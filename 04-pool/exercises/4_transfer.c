/* 4_transfer — a transfer that never half-happens.
 *
 * asyncio: aiomysql: begin, commit, rollback
 * Run:     make try EXERCISE=04-4 ARGS='Ada:Bob:30 Bob:Ada:500'
 *          Both at once, on a table: accounts (name, balance), where no balance may
 *          be below 0.
 * Prints:  Ada:Bob:30 done
 *          Bob:Ada:500 refused
 * Given:   given/4_scene.h         main, struct transfer, REFUSED
 * Task:    README.md#4             Check: make practice EXERCISE=04-4
 */
#include "given/4_scene.h"

#include <mysqld_error.h>
#include <stdio.h>

/* ---- Your part: this one takes, and then gives, if it can. ---- */

/* async def transfer(pool, from, to, amount) */
struct my_transfer {
    struct transfer transfer; /* the scene's part: must come first */
    struct loan loan;
    struct cursor cursor;
    char text[200]; /* of a statement */
};
const size_t transfer_size = sizeof(struct my_transfer);

/* await cursor.execute("UPDATE …"): adds an amount to one balance. */
static bool add(struct my_transfer *self, long amount, const char *name)
{
    snprintf(self->text, sizeof self->text,
             "UPDATE accounts SET balance = balance + %ld WHERE name = '%s'",
             amount, name);
    return cursor_execute(&self->transfer.task, &self->cursor, self->text);
}

void transfer_run(struct task *me)
{
    struct my_transfer *self = (struct my_transfer *)me;
    const struct transfer *transfer = &self->transfer;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, transfer->pool));
    cursor_init(&self->cursor, mariadb_of(self->loan.lease));
    AWAIT(me, add(self, -transfer->amount, transfer->from));
    AWAIT(me, add(self, transfer->amount, transfer->to));
    TASK_FINALLY(me);
    loan_release(&self->loan);
    TASK_END(me);
}
