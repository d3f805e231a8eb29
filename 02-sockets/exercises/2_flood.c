/* 2_flood — a long answer, and no more of it in memory than needed.
 *
 * asyncio: await writer.drain()
 * Run:     make try EXERCISE=02-2      then: echo 5 | nc -N 127.0.0.1 PORT
 * Prints:  where it listens, on stderr; asked for N it sends the lines 1 to N
 * Given:   given/2_scene.h
 * Task:    README.md#2             Check: make practice EXERCISE=02-2
 */
#include "given/2_scene.h"

#include <stdlib.h>

enum { OUTPUT_HIGH = 64 * 1024 }; /* bytes owed to a peer at most, or nearly */

/* One for each peer, from connection_new to connection_free. */
struct connection {
    struct line_server *server;
    struct bufferevent *bev; /* owned; closes the descriptor */
    long sent, last; /* lines 1 to `sent` are in the output; last: 0 at first */
};

void connection_free(struct connection *connection)
{
    line_server_forget(connection->server, connection);
    bufferevent_free(connection->bev);
    free(connection);
}

/* ---- Your part: this one makes all of the answer at once. ---- */

/* Makes the answer; on_written frees the connection when all of it is sent. */
static void send_more(struct connection *connection)
{
    struct evbuffer *output = bufferevent_get_output(connection->bev);

    while (connection->sent < connection->last) {
        connection->sent++;
        evbuffer_add_printf(output, "%ld\n", connection->sent);
    }
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct evbuffer *input = bufferevent_get_input(bev);
    struct connection *connection = arg;
    int came;

    if (connection->last != 0) {
        evbuffer_drain(input, evbuffer_get_length(input));
        return;
    }
    came = read_number(input, &connection->last);
    if (came > 0)
        send_more(connection);
    else if (came < 0)
        connection_free(connection);
}

/* The output has been sent. Also called once at the beginning, when there was
 * nothing to send. */
static void on_written(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;

    (void)bev;
    if (connection->last > 0)
        connection_free(connection);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct connection *connection = arg;

    (void)bev;
    if (!(what & BEV_EVENT_EOF) || connection->last == 0)
        connection_free(connection);
    /* else the peer has only half-closed, and is owed its lines */
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
