/* 4_transfer — a transfer that never half-happens.
 *
 * asyncio: aiomysql: begin, commit, rollback
 * Run:     ../../scripts/with-mariadb ./4_transfer Ada:Bob:30 Bob:Ada:5
 *          Both at once. There must be a table: accounts (name, balance), where
 *          no balance may be below 0.
 * Prints:  Ada:Bob:30 done
 *          Bob:Ada:5 refused
 * Given:   given/4_scene.h         main, say, add, note, transfer_end
 * Task:    README.md#4             Check: make practice EXERCISE=04-4
 */
#include "given/4_scene.h"

#include <mysqld_error.h>

/* ---- Your part: all of it, or nothing. ---- */

static void on_begun(struct mariadb *mariadb, int error, void *arg);

/* Nothing of it stays. If the server cannot even do that, the pool closes the
 * connection, and that rolls back, too. */
static void on_rolled_back(struct mariadb *mariadb, int error, void *arg)
{
    (void)mariadb;
    (void)error;
    transfer_end(arg);
}

static void roll_back(struct transfer *transfer, const char *result,
                      const char *why)
{
    note(transfer, result, why);
    say(transfer, "ROLLBACK", on_rolled_back);
}

/* After each statement: true if the transfer goes on. */
static bool goes_on(struct transfer *transfer, struct mariadb *mariadb,
                    int error)
{
    if (error == ER_LOCK_DEADLOCK) /* the server has undone all of it */
        say(transfer, "BEGIN", on_begun);
    else if (error == ER_CONSTRAINT_FAILED)
        roll_back(transfer, "refused", "");
    else if (error)
        roll_back(transfer, "failed: ", mariadb_error(mariadb));
    return !error;
}

static void on_committed(struct mariadb *mariadb, int error, void *arg)
{
    if (!goes_on(arg, mariadb, error))
        return;
    note(arg, "done", "");
    transfer_end(arg);
}

static void on_given(struct mariadb *mariadb, int error, void *arg)
{
    if (!goes_on(arg, mariadb, error))
        return;
    if (mysql_affected_rows(mariadb_handle(mariadb)) != 1)
        roll_back(arg, "refused", "");
    else
        say(arg, "COMMIT", on_committed);
}

static void on_taken(struct mariadb *mariadb, int error, void *arg)
{
    struct transfer *transfer = arg;

    if (!goes_on(transfer, mariadb, error))
        return;
    if (mysql_affected_rows(mariadb_handle(mariadb)) != 1)
        roll_back(transfer, "refused", "");
    else
        add(transfer, transfer->amount, transfer->to, on_given);
}

static void on_begun(struct mariadb *mariadb, int error, void *arg)
{
    struct transfer *transfer = arg;

    if (goes_on(transfer, mariadb, error))
        add(transfer, -transfer->amount, transfer->from, on_taken);
}

void on_lease(struct lease lease, const char *error, void *arg)
{
    struct transfer *transfer = arg;

    transfer->lease = lease;
    if (error)
        transfer_fail(transfer, error);
    else
        say(transfer, "BEGIN", on_begun);
}
