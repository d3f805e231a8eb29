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

/* ---- Your part: all of it, or nothing. ---- */

/* async def attempt(connection, transfer): one transaction. */
struct attempt {
    struct task task;
    const struct transfer *transfer;
    struct cursor cursor;
    int code;       /* the server's number for the error it ended with */
    char text[200]; /* of a statement */
    char why[200];  /* the server's words for the error */
};

/* async def transfer(pool, from, to, amount) */
struct my_transfer {
    struct transfer transfer; /* the scene's part: must come first */
    struct loan loan;
    struct attempt attempt;
};
const size_t transfer_size = sizeof(struct my_transfer);

/* await cursor.execute("UPDATE …"): adds an amount to one balance. */
static bool add(struct attempt *self, long amount, const char *name)
{
    snprintf(self->text, sizeof self->text,
             "UPDATE accounts SET balance = balance + %ld WHERE name = '%s'",
             amount, name);
    return cursor_execute(&self->task, &self->cursor, self->text);
}

/* Code and words are kept: those of the connection are of its last statement,
 * which will be ROLLBACK. */
static void keep_error(struct attempt *self)
{
    self->code = self->cursor.error;
    snprintf(self->why, sizeof self->why, "%s",
             mariadb_error(self->cursor.mariadb));
}

static void attempt_run(struct task *me)
{
    struct attempt *self = (struct attempt *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT(me, cursor_execute(me, &self->cursor, "BEGIN"));
    AWAIT(me, add(self, -self->transfer->amount, self->transfer->from));
    if (self->cursor.count != 1)
        TASK_FAIL(me, REFUSED);
    AWAIT(me, add(self, self->transfer->amount, self->transfer->to));
    if (self->cursor.count != 1)
        TASK_FAIL(me, REFUSED);
    AWAIT(me, cursor_execute(me, &self->cursor, "COMMIT"));
    TASK_FINALLY(me);
    if (me->error) {
        keep_error(self);
        /* If even that fails, the pool closes the connection. */
        AWAIT_CATCH(me, error, cursor_execute(me, &self->cursor, "ROLLBACK"));
        (void)error;
    }
    TASK_END(me);
}

void transfer_run(struct task *me)
{
    struct my_transfer *self = (struct my_transfer *)me;
    struct attempt *attempt = &self->attempt;
    const char *error;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, self->transfer.pool));
    attempt->transfer = &self->transfer;
    cursor_init(&attempt->cursor, mariadb_of(self->loan.lease));
    do {
        task_create(me->loop, &attempt->task, attempt_run, "attempt");
        AWAIT_CATCH(me, error, task_await(me, &attempt->task));
    } while (error == MARIADB_FAILED && attempt->code == ER_LOCK_DEADLOCK);
    if (error == MARIADB_FAILED)
        error = attempt->code == ER_CONSTRAINT_FAILED ? REFUSED : attempt->why;
    if (error)
        TASK_FAIL(me, error);
    TASK_FINALLY(me);
    loan_release(&self->loan);
    TASK_END(me);
}
