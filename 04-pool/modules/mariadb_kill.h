/* mariadb_kill — ends a query that nobody waits for any more.
 *
 *     mariadb_kill(base, &where, mysql_thread_id(mariadb_handle(m)),
 *                  on_killed, arg);
 *
 * To cut a connection does not stop the server: it goes on with the query and
 * finds out when it has an answer to send, perhaps in an hour. KILL QUERY does,
 * and has to come over a connection of its own, since the query's is busy.
 * asyncio: aiomysql leaves this to you.
 *
 * What it cannot know: numbers begin anew with the server. If that was started
 * again behind a line that went silent (its host failed, say), the number may be
 * somebody else's by now, and his query is ended.
 */
#ifndef MARIADB_KILL_H
#define MARIADB_KILL_H

#include "mariadb_async.h"

/* Connects, says KILL QUERY, closes. `done` comes later, from the loop, within
 * the timeouts of where, which must live until then; error: 0, or why not (1094:
 * no such connection any more, so there is no such query). Returns 0, or -1 if
 * there is no memory: then nothing comes. */
int mariadb_kill(struct event_base *base, const struct mariadb_where *where,
                 unsigned long thread_id, void (*done)(int error, void *arg),
                 void *arg);

#endif
