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

/* ---- Your part: this one takes, and then gives, if it can. ---- */

static void on_given(struct mariadb *mariadb, int error, void *arg)
{
    if (error) {
        transfer_fail(arg, mariadb_error(mariadb));
        return;
    }
    note(arg, "done", "");
    transfer_end(arg);
}

static void on_taken(struct mariadb *mariadb, int error, void *arg)
{
    struct transfer *transfer = arg;

    if (error)
        transfer_fail(transfer, mariadb_error(mariadb));
    else
        add(transfer, transfer->amount, transfer->to, on_given);
}

void on_lease(struct lease lease, const char *error, void *arg)
{
    struct transfer *transfer = arg;

    transfer->lease = lease;
    if (error)
        transfer_fail(transfer, error);
    else
        add(transfer, -transfer->amount, transfer->from, on_taken);
}
