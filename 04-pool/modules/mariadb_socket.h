/* mariadb_socket — hooks into MariaDB Connector/C, where it would hold the loop.
 *
 *     mariadb_socket_hook(&mysql)          before its connect; -1: unknown library
 *     socket.budget = MARIADB_BYTES_PER_PASS;     in each pass of the loop
 *     mariadb_socket_enter(&socket);
 *     status = mysql_real_query_cont(…);   or any other call that does I/O
 *     mariadb_socket_leave();
 *
 * The library reads, writes and waits through a table of functions, its plugin
 * "pvio_socket". Four of them we replace, for a fault each, which a server
 * brought out (tests/mariadb.bats has them all):
 *
 * - async_read (gone in 3.4). The library reads for as long as there is something
 *   to read. A server that sends rows without end kept the loop, and our time
 *   limit, out forever. The hook lets it read so many bytes in a pass, and then
 *   claims that nothing is there: the library waits, and continues in the next
 *   pass. TLS does not read through the table, so it has no such bound; nor has
 *   3.4, whose method waits by itself (Debian 13).
 * - blocking (gone in 3.4). The library makes its socket blocking. TLS then
 *   blocks in read(); and libevent's debug mode ends a program that watches such
 *   a socket. The hook leaves it as it is made, non-blocking.
 * - connect. The library compares the certificate with the host that it connected
 *   to, here an address, while certificates are for names. The hook puts the name
 *   there.
 * - wait_io_or_timeout. In the TLS handshake the library blocks here, in poll: a
 *   server that stops there stopped the loop. The hook leaves the handshake's
 *   stack: see coroutine.h.
 *
 * The hooks know only the MYSQL that a call is for, and there may be connections
 * of other code in the process. So enter says which connection runs in this
 * thread; all others get the library's own functions.
 *
 * <ma_pvio.h> is public, but meant for plugins. The tests run on Debian's 3.3.20
 * and 3.4.10, whose tables differ. A library whose plugin has another interface version than 1.0 is refused; a change that
 * leaves that number as it is would not be noticed.
 */
#ifndef MARIADB_SOCKET_H
#define MARIADB_SOCKET_H

#include "coroutine.h"

#include <mysql.h>
#include <stdbool.h>
#include <stddef.h>

enum { MARIADB_BYTES_PER_PASS = 64 * 1024 };

/* What the hooks need of a connection; its owner's. */
struct mariadb_socket {
    const MYSQL *mysql;
    size_t budget; /* bytes that it may still read in this pass */
    bool tls;
    const char *tls_name; /* in the certificate; NULL: the host */
    /* What runs the connect, with TLS; else NULL. The hook lets it yield what
     * the library waits for (MYSQL_WAIT_READ or _WRITE). It is to be resumed
     * with what happened; after MYSQL_WAIT_TIMEOUT the handshake fails. */
    struct coroutine *handshake;
};

/* Puts the hooks into the table, for the whole process; any later call finds it
 * done. Returns 0, or -1 if the library is not one that we know. */
int mariadb_socket_hook(MYSQL *mysql);

/* This connection runs in this thread, until leave. */
void mariadb_socket_enter(struct mariadb_socket *socket);
void mariadb_socket_leave(void);

/* Has the library read more than it was asked to? The server sent that unasked;
 * it would be taken for the next answer. */
bool mariadb_socket_has_spare_bytes(const MYSQL *mysql);

#endif
