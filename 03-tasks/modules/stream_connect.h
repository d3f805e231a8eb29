/* stream_connect — await a connection to a host: asyncio.open_connection.
 *
 *     AWAIT_CATCH(me, error,
 *                 task_within(me, 10 * TASK_SECOND,
 *                             stream_connect(me, &self->connect, &self->stream,
 *                                            "www.example", 80)));
 *     if (error == STREAM_NOT_CONNECTED)
 *         warnx("cannot connect: %s", self->connect.reason);
 *
 * A unix socket needs none of this: make it non-blocking, and connect(2) answers at
 * once (EAGAIN: its backlog is full); then stream_init takes it over.
 *
 * The name is looked up without blocking the loop, and its addresses race: the
 * connector of 02-sockets, which see. Compile with it what stream.h names, and
 * connector.c and resolver.c of 02-sockets/modules, with -pthread.
 */
#ifndef STREAM_CONNECT_H
#define STREAM_CONNECT_H

#include "connector.h"
#include "stream.h"

extern const char STREAM_NOT_CONNECTED[]; /* OSError; see `reason` */

/* Lives in the awaiter's struct, and stays until the wait is over. */
struct stream_connect {
    char reason[64]; /* why not: "unknown host", "Connection refused" */
    struct task_wait wait;
    struct connector *connector; /* owned, while it works */
    struct stream *stream;
};

/* Until `stream` is open: close it then. `host` is a name or an address, and
 * needed only during this call; `stream` must be closed or zeroed, and is
 * closed after any error. Ends with STREAM_NOT_CONNECTED and the reason, or
 * TASK_NO_MEMORY. It has no deadline of its own: use task_within, which ends
 * the attempt, as task_cancel does. */
TASK_AWAITABLE bool stream_connect(struct task *me,
                                   struct stream_connect *connect,
                                   struct stream *stream, const char *host,
                                   uint16_t port);

#endif
