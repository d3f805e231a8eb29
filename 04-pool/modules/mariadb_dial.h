/* mariadb_dial — connects to a MariaDB by the name of its host.
 *
 *     struct mariadb_route route;           lives as long as the connection
 *     dial = mariadb_dial(base, &where, &route, on_connected, arg);
 *
 *     void on_connected(struct mariadb *mariadb, const char *error, void *arg)
 *         if (!mariadb)
 *             … error …
 *         else
 *             … mariadb_query(mariadb, …), at last mariadb_close(mariadb, …)
 *
 * The name is looked up for each connection, in a thread, while the loop works
 * (02's resolver.h): when a database fails over and its name gets another address,
 * the next connection goes there. Nothing is remembered, so that nothing has to be
 * restarted.
 *
 * All addresses of the name are tried, one after the other, until one of them
 * answers. connect_timeout bounds the lookup and the attempts together. Each
 * attempt has an equal share of what is left, so that an address which swallows
 * packets leaves time for the others.
 *
 * Addresses do not race here, as those of 02's `client` may: the connection that
 * loses would be closed in the middle of its handshake. MariaDB counts that as an
 * aborted connect, and after max_connect_errors (100) in a row it blocks the host.
 *
 * asyncio: aiomysql.connect also looks the name up in a thread, for each connection,
 * and tries all addresses (loop.create_connection). It has no share for each.
 */
#ifndef MARIADB_DIAL_H
#define MARIADB_DIAL_H

#include "mariadb_async.h"

struct mariadb_dial; /* from mariadb_dial until `done` */

/* Where a connection goes. The caller's, written by mariadb_dial; it must live
 * until the connection is closed, or the attempt has ended. */
struct mariadb_route {
    struct mariadb_where where; /* as it was asked for, but host is: */
    char address[64];
};

/* mariadb: the connection, which the caller owns now and ends with mariadb_close.
 * NULL: there is none, and `error` says why: the name cannot be resolved (also
 * for lack of a descriptor or a thread); what the server said; or why the last address could not be reached. Its words are
 * valid during the call. */
typedef void (*mariadb_connected)(struct mariadb *mariadb, const char *error,
                                  void *arg);

/* Begins. `where`, whose host is a name or an address, must live until `done`,
 * which comes once, later, from the loop. Returns NULL without memory: then
 * nothing comes. */
struct mariadb_dial *mariadb_dial(struct event_base *base,
                                  const struct mariadb_where *where,
                                  struct mariadb_route *route,
                                  mariadb_connected done, void *arg);

/* Gives up; `done` does not come. `closed` comes when all is gone: now, or later
 * from the loop. Not after `done`. */
void mariadb_dial_cancel(struct mariadb_dial *dial, void (*closed)(void *arg),
                         void *arg);

#endif
