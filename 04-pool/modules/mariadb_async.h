/* mariadb_async — MariaDB Connector/C, driven by the event loop.
 *
 *     struct mariadb *m = mariadb_open(base, &where, on_open, arg);
 *     void on_open(struct mariadb *m, int error, void *arg)
 *         if (error) … mariadb_error(m) … else
 *         mariadb_query(m, "SELECT VERSION()", on_row, arg);
 *     void on_row(struct mariadb *m, int error, void *arg)
 *         MYSQL_ROW row = mysql_fetch_row(mariadb_result(m)); …
 *         mariadb_close(m, NULL, NULL);
 *
 * Every call returns at once. Its callback comes later, from the loop, exactly
 * once, never from inside the call; `error` is 0 or the library's code (2003,
 * 2006, 2013 …) or the server's (1045, 1064 …). One operation at a time.
 *
 * The steps of an operation are in mariadb_step. Where the library would hold the
 * loop all the same, mariadb_socket hooks into it, for these connections only: in
 * the TLS handshake, on the blocking socket that it makes, and while more bytes
 * keep coming. Two things are left. The CA file is read at each connect. And a
 * server that was verified, and sends over TLS faster than we read, holds the loop
 * for as long as it does so; the time limit must wait, too.
 *
 * The socket is closed on exec. Ignore SIGPIPE: TLS writes without
 * MSG_NOSIGNAL.
 *
 * asyncio: aiomysql.connect, cursor.execute, Connection.ensure_closed.
 */
#ifndef MARIADB_ASYNC_H
#define MARIADB_ASYNC_H

#include <event2/event.h>
#include <mysql.h>
#include <stdbool.h>

struct mariadb; /* one connection */

/* Where to connect. All of it must live as long as the connection. */
struct mariadb_where {
    const char *host; /* a numeric address: a name would block in connect */
    unsigned port;
    const char *unix_socket; /* a path, in place of host and port; NULL: TCP */
    const char *user, *password, *database; /* database NULL: none chosen */
    /* Encrypts, and verifies the server: without TLS, with a certificate that
     * tls_ca did not sign, or with another name in it, the connect fails
     * (2026). There is no way to encrypt without verifying. For a certificate
     * that signs itself, tls_ca is a copy of it. */
    bool tls;
    const char *tls_ca;   /* a PEM file; NULL: whom this system trusts */
    const char *tls_name; /* the name in the certificate; NULL: host */
    /* For the whole operation, whatever the server does: silence, bytes that
     * drip, an answer without end (but not with TLS, see above, or Connector/C
     * 3.4: there a flood keeps the loop, and the limit waits). After it, the
     * connection is cut, and the error is 2013. An answer's size has no other
     * limit. */
    struct timeval connect_timeout, query_timeout;
};

typedef void (*mariadb_done)(struct mariadb *connection, int error, void *arg);

/* Begins to connect. Returns NULL if there is no memory, or if the library is not
 * one that mariadb_socket knows; else the caller owns the connection, even after a
 * failed connect, and ends it with mariadb_close. */
struct mariadb *mariadb_open(struct event_base *base,
                             const struct mariadb_where *where,
                             mariadb_done done, void *arg);

/* Begins a query; the text is copied. Frees the result of the one before.
 * Returns 0, or -1: errno EBUSY if an operation or a stream is going on, ENOMEM
 * without memory. What comes from outside goes into the text by way of
 * mysql_real_escape_string. */
int mariadb_query(struct mariadb *connection, const char *text,
                  mariadb_done done, void *arg);

/* The same, but the rows stay at the server until mariadb_fetch takes them, one
 * at a time: for a result of any size in the memory of one row. `done` comes when
 * the first row could be fetched. The server works, and holds what it has locked,
 * for as long as you take. Until the last row was fetched (or there are none, or
 * one fails) the connection takes no query and is not reusable: to stop in the
 * middle is to close it. aiomysql: SSCursor; the library: mysql_use_result. */
int mariadb_stream(struct mariadb *connection, const char *text,
                   mariadb_done done, void *arg);

/* Fetches the next row of a stream; `done` comes when mariadb_row has it. The
 * query_timeout is for each. Returns 0, or -1 with EBUSY, or with ENOENT if there
 * is no stream, or its last row was fetched before. */
int mariadb_fetch(struct mariadb *connection, mariadb_done done, void *arg);

/* The row, valid until the next call for this connection; NULL: there are no
 * more. mysql_fetch_lengths(mariadb_result(…)) has its lengths. */
MYSQL_ROW mariadb_row(struct mariadb *connection);

/* The rows of the last query, or NULL where it has none (an INSERT, an error).
 * Of a stream it knows the columns only: mysql_fetch_row would block.
 * Owned by the connection, valid until its next query. In a row, NULL is NULL; a
 * value may hold any bytes, zeros too: mysql_fetch_lengths says how many. Of a
 * procedure's results only the first is kept. */
MYSQL_RES *mariadb_result(struct mariadb *connection);

/* Words for the error of the last operation, "" if it had none. */
const char *mariadb_error(struct mariadb *connection);

/* Is this error the server's own? Then it was reached. All others are the
 * library's: it was not, or the line broke. */
bool mariadb_error_is_servers(int error);

/* Is a query or a stream going on, or was one ever given up, by its time limit or
 * by mariadb_cut? Then the server may still run it, even after mariadb_close:
 * mariadb_kill ends it. */
bool mariadb_unanswered(struct mariadb *connection);

/* The library's own handle, for its calls that do not wait: mysql_thread_id,
 * mysql_affected_rows, mysql_insert_id, mysql_real_escape_string … */
MYSQL *mariadb_handle(struct mariadb *connection);

/* Idle, and neither closed nor spoken to by the server: false for a corpse. */
bool mariadb_alive(struct mariadb *connection);

/* Fit to be lent again: idle, not broken, no stream or transaction open. */
bool mariadb_reusable(struct mariadb *connection);

/* Cuts the line, at once. An operation that is going on fails (2013), and its
 * callback comes; later ones fail, too, but a fetch only after the rows that are
 * here already. The server may still run the query.
 * Only mariadb_unanswered and mariadb_close are of use then. */
void mariadb_cut(struct mariadb *connection);

/* Ends the connection, politely if it is idle, else at once; no callback of
 * it comes any more. `closed` (may be NULL) is called from the loop when it is
 * gone; the pointer is not to be used from here on. */
void mariadb_close(struct mariadb *connection, void (*closed)(void *arg),
                   void *arg);

#endif
