/* 3_goodbye — the answer comes after the peer's last word.
 *
 * asyncio: await reader.read(), writer.write_eof()
 * Run:     make try EXERCISE=02-3
 *          then, elsewhere: printf 'b\na\n' | nc -N 127.0.0.1 PORT
 * Prints:  where it listens, on stderr; what a peer sent until it half-closed
 *          comes back with its lines in reverse order
 *
 * EOF is a half-close: it begins the answer and does not end the connection. A
 * peer that sends too much has not half-closed yet: it gets the error, our half
 * is shut, and what it still sends is thrown away until it closes.
 */
#include "given/3_scene.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { INPUT_MAX = 1024 * 1024 }; /* bytes; sending more is an error */
static const char too_much[] = "error: too much\n";

/* One for each peer, from connection_new to connection_free. */
struct connection {
    struct line_server *server;
    struct bufferevent *bev; /* owned; closes the descriptor */
    bool answered; /* no more is looked at; goodbye once all is sent */
    bool eof;      /* the peer has sent all */
};

void connection_free(struct connection *connection)
{
    line_server_forget(connection->server, connection);
    bufferevent_free(connection->bev);
    free(connection);
}

/* Once the output is sent: shuts our half; frees the connection if the peer has
 * shut its own. */
static void say_goodbye(struct connection *connection)
{
    const struct timeval patience = {5, 0};
    struct bufferevent *bev = connection->bev;

    if (evbuffer_get_length(bufferevent_get_output(bev)) > 0)
        return; /* on_written comes */
    if (connection->eof || shutdown(bufferevent_getfd(bev), SHUT_WR) < 0)
        connection_free(connection);
    else
        bufferevent_set_timeouts(bev, &patience, NULL);
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;
    struct evbuffer *input = bufferevent_get_input(bev);

    if (!connection->answered && evbuffer_get_length(input) <= INPUT_MAX)
        return; /* there is more to come */
    evbuffer_drain(input, evbuffer_get_length(input));
    if (!connection->answered) {
        connection->answered = true;
        bufferevent_write(bev, too_much, sizeof too_much - 1);
        say_goodbye(connection);
    }
}

static void on_written(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;

    (void)bev;
    if (connection->answered)
        say_goodbye(connection);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct connection *connection = arg;

    if (!(what & BEV_EVENT_EOF)) {
        connection_free(connection); /* reset, or no goodbye in time */
        return;
    }
    connection->eof = true;
    if (!connection->answered &&
        reverse_lines(bufferevent_get_input(bev), bufferevent_get_output(bev)) <
            0) {
        connection_free(connection);
        return;
    }
    connection->answered = true;
    say_goodbye(connection);
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
