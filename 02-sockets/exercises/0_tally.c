/* 0_tally — a count for each peer: the example, solved.
 *
 * asyncio: one coroutine for each connection, and its local variables
 * Run:     make try EXERCISE=02-0      then, elsewhere: nc 127.0.0.1 PORT
 * Prints:  where it listens, on stderr; to a peer that sends "++=" it sends "2"
 * Given:   given/line_server.h
 * Task:    README.md#0
 */
#include "given/line_server.h"

#include <stdbool.h>
#include <stdlib.h>

/* One for each peer, from connection_new to connection_free. */
struct connection {
    struct line_server *server;
    struct bufferevent *bev; /* owned; closes the descriptor */
    long count;
    bool eof; /* the peer has sent all */
};

void connection_free(struct connection *connection)
{
    line_server_forget(connection->server, connection);
    bufferevent_free(connection->bev);
    free(connection);
}

/* Some bytes have come; how many says nothing. */
static void on_readable(struct bufferevent *bev, void *arg)
{
    struct evbuffer *input = bufferevent_get_input(bev);
    struct connection *connection = arg;
    char byte;

    while (evbuffer_remove(input, &byte, 1) == 1)
        if (byte == '+')
            connection->count++;
        else if (byte == '-')
            connection->count--;
        else if (byte == '=')
            evbuffer_add_printf(bufferevent_get_output(bev), "%ld\n",
                                connection->count);
}

/* Once the peer has sent all, and been sent all. */
static void free_when_done(struct connection *connection)
{
    struct evbuffer *output = bufferevent_get_output(connection->bev);

    if (connection->eof && evbuffer_get_length(output) == 0)
        connection_free(connection);
}

/* The output has been sent. Also called once at the beginning, when there was
 * nothing to send. */
static void on_written(struct bufferevent *bev, void *arg)
{
    (void)bev;
    free_when_done(arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct connection *connection = arg;

    (void)bev;
    if (!(what & BEV_EVENT_EOF)) {
        connection_free(connection); /* a reset: it takes no more answers */
        return;
    }
    connection->eof = true;
    free_when_done(connection);
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

int main(void)
{
    return line_server_run("0_tally");
}
