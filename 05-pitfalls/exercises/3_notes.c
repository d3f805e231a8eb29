/* 3_notes — a server that leaks here and there.
 *
 * asyncio: try … finally, task.cancel(), tasks that outlive their client
 * Run:     make try EXERCISE=05-3 ARGS=.      then, elsewhere:
 *                              echo held | build/02-sockets/client 127.0.0.1 PORT
 * Prints:  where it listens, on stderr. It answers the lines read NAME, wait MS,
 *          bye, and held: what the server holds
 * Given:   given/3_scene.h         main, obey(), answer(), timer_start() …
 * Task:    README.md#3             Check: make practice EXERCISE=05-3
 */
#include "given/3_scene.h"
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <unistd.h>

/* One client. */
struct connection {
    struct server *server;   /* not owned */
    struct bufferevent *bev; /* owned; closes the descriptor */
    struct wait *waits;      /* a list; owned */
    bool bye;                /* over, as soon as all is written */
};

/* What a client waits for. */
struct wait {
    struct connection *connection;
    struct event *timer; /* owned */
    struct wait *next;   /* in connection->waits */
};

/* ---- Your part: three leaks, from here to the end. ---- */

struct connection *connection_new(struct server *server,
                                  struct bufferevent *bev)
{
    struct connection *connection = calloc(1, sizeof *connection);

    if (!connection)
        return NULL;
    connection->server = server;
    connection->bev = bev;
    return connection;
}

void connection_free(struct connection *connection)
{
    for (struct wait *wait = connection->waits; wait; wait = wait->next)
        wait->connection = NULL; /* there is no client to answer */
    bufferevent_free(connection->bev);
    free(connection);
}

bool connection_is_over(const struct connection *connection, bool eof)
{
    return connection->bye || (eof && !connection->waits);
}

void send_note(struct connection *connection, const char *name)
{
    struct evbuffer *output = bufferevent_get_output(connection->bev);
    int fd = note_open(connection->server, name);

    if (fd < 0) {
        answer(connection->bev, "error: no such note");
        return;
    }
    if (evbuffer_read(output, fd, NOTE_LONGEST) <= 0) {
        answer(connection->bev, "error: nothing in it");
        return;
    }
    close(fd);
}

static void on_wait_over(evutil_socket_t fd, short events, void *arg)
{
    struct wait *wait = arg, **at;

    (void)fd;
    (void)events;
    if (wait->connection) {
        answer(wait->connection->bev, "done");
        for (at = &wait->connection->waits; *at != wait; at = &(*at)->next)
            continue;
        *at = wait->next;
    }
    event_free(wait->timer);
    free(wait);
}

void start_wait(struct connection *connection, long ms)
{
    struct wait *wait = calloc(1, sizeof *wait);

    if (wait)
        wait->timer = timer_start(connection->server, ms, on_wait_over, wait);
    if (!wait || !wait->timer) {
        free(wait);
        answer(connection->bev, "error: out of memory");
        return;
    }
    wait->connection = connection;
    wait->next = connection->waits;
    connection->waits = wait;
}

void on_input(struct connection *connection, struct evbuffer *input)
{
    char *line;

    while ((line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF))) {
        connection->bye = obey(connection, connection->bev, line);
        if (connection->bye)
            break;
        free(line);
    }
}
