/* 3_goodbye — the answer comes after the peer's last word.
 *
 * asyncio: await reader.read(), writer.write_eof()
 * Run:     make try EXERCISE=02-3
 *          then, elsewhere: printf 'b\na\n' | nc -N 127.0.0.1 PORT
 * Prints:  where it listens, on stderr; what a peer sent until it half-closed
 *          comes back with its lines in reverse order
 * Given:   given/3_scene.h
 * Task:    README.md#3             Check: make practice EXERCISE=02-3
 */
#include "given/3_scene.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { INPUT_MAX = 1024 * 1024 }; /* bytes; sending more is an error */
static const char too_much[] = "error: too much\n";

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

/* ---- Your part: this one cuts answers short and keeps all its input. ---- */

/* More input has come, and stays in the buffer. */
static void on_readable(struct bufferevent *bev, void *arg)
{
    (void)bev;
    (void)arg;
    (void)too_much;
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
    if (what & BEV_EVENT_EOF) {
        reverse_lines(bufferevent_get_input(bev), bufferevent_get_output(bev));
        bufferevent_flush(bev, EV_WRITE, BEV_FINISHED);
    }
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
