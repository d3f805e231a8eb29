/* 4_scene.h — what 4_transfer.c is given: the program.
 *
 * FROM:TO:AMOUNT... begins all of these transfers at once, over four connections to
 * the MariaDB that the environment names. There must be a table: accounts (name,
 * balance), where `name` is the primary key and no balance may be below 0. When all
 * transfers have ended, the program prints how each one ended. make try runs it on a
 * database and a table of its own:
 *
 *     make try EXERCISE=04-4 ARGS='Ada:Bob:30 Bob:Ada:500'
 */
#ifndef SCENE_4_H
#define SCENE_4_H

#include "mariadb_pool.h"
#include "mariadb_task.h"
#include "pool_task.h"

/* What a transfer begins with. */
struct transfer {
    struct task task;
    struct pool_handle *pool; /* of the four connections; not owned */
    char from[21], to[21];    /* letters, for use in a statement; they differ */
    long amount;              /* 1 and more */
};

/* A transfer that cannot be ends with this error; it is printed as "refused". No
 * error is printed as "done", any other one as "failed: " and its words. */
extern const char REFUSED[];

/* ---- What you write in 4_transfer.c, and the scene calls ---- */

/* The size of your struct, in which a struct transfer must come first. The scene
 * makes one for each transfer, all zeros but for the above, and frees it when all
 * tasks are done and their errors were printed. So an error may be in it. */
extern const size_t transfer_size;

/* Runs a transfer: borrows a connection, transfers, and returns it. */
void transfer_run(struct task *me);

#endif
