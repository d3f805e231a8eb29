/* 3_notes — a server that has leaked here and there, and does no more.
 *
 * asyncio: try … finally, task.cancel(), tasks that outlive their client
 * Run:     make try EXERCISE=05-3 ARGS=.      then, elsewhere:
 *                              echo held | build/02-sockets/client 127.0.0.1 PORT
 * Prints:  where it listens, on stderr. It answers the lines read NAME, wait MS,
 *          bye, and held: what the server holds
 * Given:   given/3_scene.h         main, obey(), answer(), timer_start() …
 *
 * The three cures: the note is closed whatever came of reading it; a wait ends
 * with the connection that asked for it; a line is freed before the loop over
 * the lines can be left.
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

/* Takes a wait out of its connection's list, and frees it with its timer. */
static void wait_free(struct wait *wait)
{
    struct wait **at = &wait->connection->waits;

    while (*at != wait)
        at = &(*at)->next;
    *at = wait->next;
    event_free(wait->timer);
    free(wait);
}

void connection_free(struct connection *connection)
{
    while (connection->waits)
        wait_free(connection->waits);
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
    if (evbuffer_read(output, fd, NOTE_LONGEST) <= 0)
        answer(connection->bev, "error: nothing in it");
    close(fd);
}

static void on_wait_over(evutil_socket_t fd, short events, void *arg)
{
    struct wait *wait = arg;

    (void)fd;
    (void)events;
    answer(wait->connection->bev, "done");
    wait_free(wait);
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

    while (!connection->bye &&
           (line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF))) {
        connection->bye = obey(connection, connection->bev, line);
        free(line);
    }
}
