/* 1_lines — a line protocol with a limit.
 *
 * asyncio: StreamReader.readline, limit=
 * Run:     make try EXERCISE=02-1      then, elsewhere: nc 127.0.0.1 PORT
 * Prints:  where it listens, on stderr; each line is answered in reverse
 * Given:   given/1_scene.h
 * Task:    README.md#1             Check: make practice EXERCISE=02-1
 */
#include "given/1_scene.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { LINE_MAX_BYTES = 64 }; /* without the newline */

/* One for each peer, from connection_new to connection_free. */
struct connection {
    struct line_server *server;
    struct bufferevent *bev; /* owned; closes the descriptor */
};

void connection_free(struct connection *connection)
{
    line_server_forget(connection->server, connection);
    bufferevent_free(connection->bev);
    free(connection);
}

/* ---- Your part: this one takes a read for a line and has no limit. ---- */

static void on_readable(struct bufferevent *bev, void *arg)
{
    char line[LINE_MAX_BYTES * 16];
    size_t length = bufferevent_read(bev, line, sizeof line);

    (void)arg;
    if (length > 0 && line[length - 1] == '\n')
        length--;
    answer(bev, line, length);
}

/* The output has been sent. Also called once at the beginning, when there was
 * nothing to send. */
static void on_written(struct bufferevent *bev, void *arg)
{
    (void)bev;
    (void)arg;
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    (void)bev;
    (void)what;
    connection_free(arg);
}

struct connection *connection_new(struct line_server *server,
                                  struct bufferevent *bev)
{
    struct connection *connection = calloc(1, sizeof *connection);

    if (!connection)
        return NULL;
    connection->server = server;
    connection->bev = bev;
    bufferevent_setcb(bev, on_readable, on_written, on_event, connection);
    return connection;
}
