/* mariadb_pool — a connection_pool whose connections are mariadb_async's.
 *
 *     struct mariadb_server server;
 *     const char *error = mariadb_server_find(&server, base);
 *     pool = pool_new(base, &mariadb_pool_methods, &server, NULL, …);
 *     void on_lease(struct lease lease, const char *error, void *arg)
 *         mariadb_query(mariadb_of(lease), "SELECT VERSION()", …);
 *
 * What the one knows of leases and the other of SQL, meets here. A connection
 * is lent if the server has not closed it, and kept if it is not broken and in
 * no transaction. What else a borrower leaves behind stays for the next one:
 * variables that were SET, temporary tables, locks (aiomysql: the same).
 *
 * The host's name is looked up for each connection, and all of its addresses are
 * tried. What is connected stays connected when the name changes, as long as the
 * old server lives; pool_clear and returns make room for connections to the new.
 *
 * One whose query ran out of time, was cut, or is going on when it comes back,
 * is gone from the pool only when the query was killed, too, or could not be:
 * so a server that can be reached has never more to do than the pool has
 * places. This holds for pool_terminate, too: it cuts, the borrowers return,
 * and `closed` comes after the kills, which have the timeouts of where.
 */
#ifndef MARIADB_POOL_H
#define MARIADB_POOL_H

#include "connection_pool.h"
#include "mariadb_async.h"

/* Where connections go, and how many there were. Lives as long as the pool. */
struct mariadb_server {
    struct event_base *base;
    struct mariadb_where where; /* to be changed before the pool is made */
    unsigned long opened;       /* connections, so far */
    char words[256];
};

/* Fills in *server from the environment: MYSQL_HOST (127.0.0.1),
 * MYSQL_TCP_PORT (3306), MYSQL_USER (root), MYSQL_PWD and MYSQL_DATABASE (both
 * empty); 10 s to connect, 30 s for a query. MYSQL_UNIX_PORT, the path of a
 * Unix socket, is used where the host is localhost or not set. TLS is not in the
 * environment: set it in where. Returns NULL, or what is wrong with a setting, in
 * words that are in *server. The host may be a name, which is looked up for each
 * connection: see mariadb_dial.h. All but the port stay in the environment. */
const char *mariadb_server_find(struct mariadb_server *server,
                                struct event_base *base);

/* For pool_new; methods_arg is the struct mariadb_server. */
extern const struct pool_methods mariadb_pool_methods;

/* What was lent. */
struct mariadb *mariadb_of(struct lease lease);

#endif
