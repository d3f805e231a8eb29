/* mariadb_task — queries of mariadb_async for the tasks of await.h.
 *
 *     struct cursor cursor;                       in the task's struct
 *
 *     cursor_init(&self->cursor, mariadb_of(self->loan.lease));  mariadb_pool.h
 *     AWAIT(me, cursor_execute(me, &self->cursor, "SELECT name FROM people"));
 *     for (;;) {
 *         AWAIT(me, cursor_fetch_one(me, &self->cursor));
 *         if (!self->cursor.row)
 *             break;
 *         puts(self->cursor.row[0]);              the first column
 *     }
 *
 * A query that fails ends the wait with MARIADB_FAILED. The code is in
 * cursor.error (1213 for a deadlock, 2013 if the line broke …).
 * mariadb_error(cursor.mariadb) returns the message, which is valid until the
 * next query or until the connection is returned.
 *
 * A wait that is interrupted, by task_cancel or its deadline, cuts the connection,
 * and ends as soon as the library is out of the call: a moment later, whatever the
 * server does. After that, no query works on this connection. Return it in
 * TASK_FINALLY all the same: the pool closes it and has the query killed.
 *
 * asyncio: aiomysql's Cursor and SSCursor, which leave the server at work.
 */
#ifndef MARIADB_TASK_H
#define MARIADB_TASK_H

#include "await.h"
#include "mariadb_async.h"

extern const char MARIADB_FAILED[]; /* aiomysql.Error */
extern const char MARIADB_BUSY[];   /* a query or a stream is going on */

/* A query of one connection, and its answer. The struct is the caller's. It
 * owns neither the connection nor the rows: do not close or free it. */
struct cursor {
    struct task_wait wait;
    struct mariadb *mariadb; /* not owned */
    bool interrupted;
    int error;                /* of the last query or fetch; 0: none */
    unsigned long long count; /* rows that the last query changed or brought */
    MYSQL_ROW row;            /* char *[]: a string a column, in which NULL is
                               * SQL's NULL; row itself NULL: no more rows */
};

/* connection.cursor() */
void cursor_init(struct cursor *cursor, struct mariadb *mariadb);

/* await cursor.execute: a query, with all of its rows. See mariadb_query. */
TASK_AWAITABLE bool cursor_execute(struct task *me, struct cursor *cursor,
                                   const char *text);

/* The same, with an SSCursor: the rows come one at a time, in the memory of one.
 * cursor.count is unknown. See mariadb_stream, also about stopping. */
TASK_AWAITABLE bool cursor_stream(struct task *me, struct cursor *cursor,
                                  const char *text);

/* await cursor.fetchone(): the next row into cursor.row, or NULL after the last one.
 * It is valid until the next call for this connection. */
TASK_AWAITABLE bool cursor_fetch_one(struct task *me, struct cursor *cursor);

#endif
