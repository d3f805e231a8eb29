/* 4_scene.h — what 4_transfer.c is given: the program, and statements.
 *
 * ./4_transfer FROM:TO:AMOUNT... begins all of these transfers at once, over
 * four connections to the MariaDB that the environment names
 * (scripts/with-mariadb starts one). There must be a table: accounts (name,
 * balance), where no balance may be below 0. When all transfers have ended, the
 * program prints how each one ended.
 *
 * A statement is sent with say() or add(). Its callback gets the connection and
 * an error: 0, or the server's number for it, which mysqld_error.h names. What
 * else you can ask the connection is in mariadb_async.h.
 */
#ifndef SCENE_4_H
#define SCENE_4_H

#include "mariadb_pool.h"

/* One transfer. The scene makes it and frees it. */
struct transfer {
    char from[21], to[21];
    long amount;        /* 1 and more */
    struct lease lease; /* yours to set, and released by transfer_end */
    void *own;          /* yours; NULL at first. Free what you keep here. */
    struct app *app;    /* the scene's, like all that follows */
    char result[200];
    bool has_ended;
};

/* ---- What you can call ---- */

/* Notes how the transfer ended: "done" or "refused" with why "", or "failed: "
 * and why. The last note counts. Both texts are copied. */
void note(struct transfer *transfer, const char *result, const char *why);

/* Releases transfer->lease, if there is one. Call it once for each transfer, as
 * the last thing the transfer does. */
void transfer_end(struct transfer *transfer);

/* Notes "failed: " and why, and ends the transfer. */
void transfer_fail(struct transfer *transfer, const char *why);

/* Sends a statement. `done` is called once, later, with the transfer as its
 * arg. Without memory the transfer fails instead. */
void say(struct transfer *transfer, const char *statement, mariadb_done done);

/* Sends the UPDATE that adds an amount to one balance; as say() otherwise.
 * (Names are letters here; others would have to be escaped.) */
void add(struct transfer *transfer, long amount, const char *name,
         mariadb_done done);

/* ---- What the scene calls, and you write ---- */

/* Begins a transfer: arg is the struct transfer. error: NULL, or why there is
 * no lease; it is valid during the call. */
void on_lease(struct lease lease, const char *error, void *arg);

#endif
