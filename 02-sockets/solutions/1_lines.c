/* 1_lines — a line protocol with a limit.
 *
 * asyncio: StreamReader.readline, limit=
 * Run:     make try EXERCISE=02-1      then, elsewhere: nc 127.0.0.1 PORT
 * Prints:  where it listens, on stderr; each line is answered in reverse
 *
 * A line that is too long is an error, not a wait: no more of it is kept than
 * the limit. Then the goodbye: what is owed goes out, our half is shut, and
 * what still comes is thrown away until the peer closes, so that it gets no
 * reset.
 */
#include "given/1_scene.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { LINE_MAX_BYTES = 64 }; /* without the newline */

/* One for each peer, from connection_new to connection_free. */
struct connection {
    struct line_server *server;
    struct bufferevent *bev; /* owned; closes the descriptor */
    bool closing; /* nothing more to answer: goodbye once all is sent */
    bool eof;     /* the peer has sent all */
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
    struct bufferevent *bev = connection->bev;
    const struct timeval patience = {5, 0};

    if (evbuffer_get_length(bufferevent_get_output(bev)) > 0)
        return; /* on_written comes */
    if (connection->eof || shutdown(bufferevent_getfd(bev), SHUT_WR) < 0)
        connection_free(connection);
    else
        bufferevent_set_timeouts(bev, &patience, NULL);
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct evbuffer *input = bufferevent_get_input(bev);
    struct connection *connection = arg;
    size_t length;
    char *line;

    while (!connection->closing) {
        struct evbuffer_ptr end =
            evbuffer_search_eol(input, NULL, NULL, EVBUFFER_EOL_LF);

        if (end.pos < 0 ? evbuffer_get_length(input) > LINE_MAX_BYTES
                        : end.pos > LINE_MAX_BYTES) {
            static const char error[] = "error: line too long\n";

            connection->closing = true;
            bufferevent_write(bev, error, sizeof error - 1);
            say_goodbye(connection);
            break;
        }
        line = evbuffer_readln(input, &length, EVBUFFER_EOL_LF);
        if (!line)
            return;
        answer(bev, line, length);
        free(line);
    }
    evbuffer_drain(input, evbuffer_get_length(input));
}

static void on_written(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;

    (void)bev;
    if (connection->closing)
        say_goodbye(connection);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct connection *connection = arg;

    (void)bev;
    if (!(what & BEV_EVENT_EOF)) {
        connection_free(connection); /* reset, or no goodbye in time */
        return;
    }
    connection->eof = true;
    connection->closing = true;
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
