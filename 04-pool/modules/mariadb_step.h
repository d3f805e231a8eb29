/* mariadb_step — the calls of MariaDB Connector/C, as steps that do not block.
 *
 *     step.kind = MARIADB_QUERY, step.text = "SELECT 1";
 *     status = mariadb_step_run(&step, 0);             begins
 *     … when what status names has happened:
 *     status = mariadb_step_run(&step, happened);      continues, till it is 0
 *
 * It is the manual's "Using the Non-blocking Library": each mysql_…_start and
 * mysql_…_cont returns what it waits for (MYSQL_WAIT_READ, _WRITE), or 0. Where
 * the library would block all the same, mariadb_socket helps. mariadb_async makes
 * operations of steps.
 */
#ifndef MARIADB_STEP_H
#define MARIADB_STEP_H

#include "mariadb_async.h"
#include "mariadb_socket.h"

enum mariadb_step_kind {
    MARIADB_IDLE, /* none */
    MARIADB_CONNECT,
    MARIADB_QUERY, /* sends text, waits for the head of the answer */
    MARIADB_STORE, /* fetches the rows */
    MARIADB_USE,   /* or leaves them at the server, for FETCH */
    MARIADB_FETCH, /* the next row of stream */
    MARIADB_NEXT,  /* the head of the next answer, if there are several */
    MARIADB_ASK,   /* a statement that does nothing */
    MARIADB_CLOSE  /* frees mysql */
};

struct mariadb_step {
    MYSQL mysql;
    struct mariadb_socket socket;      /* of mysql; owned: its handshake */
    const struct mariadb_where *where; /* the caller's */
    enum mariadb_step_kind kind;
    char *text;         /* the caller's; read while QUERY runs */
    MYSQL_RES *fetched; /* by STORE or USE, NULL: no rows; the caller's */
    MYSQL_RES *stream;  /* the caller's; what FETCH takes its row from */
    MYSQL_ROW row;      /* by FETCH; NULL: it was the last, or an error */
    bool failed;        /* how it ended; mysql_errno may know more, or less */
};

/* Returns 0; -1 if there is no memory, or the library is unknown: then nothing
 * is left to free. Else CONNECT must be run, and at last CLOSE. */
int mariadb_step_init(struct mariadb_step *step,
                      const struct mariadb_where *where);

/* Begins the step (happened: 0), or continues it. Returns what it waits for; 0
 * when it is done. A peer can make it fail with a mysql_errno of 0. */
int mariadb_step_run(struct mariadb_step *step, int happened);

#endif
