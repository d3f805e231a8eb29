/* 3_notes — a server that has leaked here and there, and does no more.
 *
 * asyncio: try … finally, task.cancel(), tasks that outlive their client
 * Run:     ./3_notes .                then, elsewhere:
 *                              echo held | build/02-sockets/client 127.0.0.1 PORT
 * Prints:  where it listens, on stderr. A line "read NAME" is answered by that
 *          file, "wait MS" by "done" after a while, "bye" by "bye" and the end,
 *          "held" by what the server holds
 *
 * The three cures: the note is closed whatever came of reading it; a wait dies
 * with the connection that asked for it; a line is freed before anybody leaves
 * the loop over the lines.
 */
#include <dirent.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NOTE_LONGEST = 4096 };

/* Lives in main. */
struct server {
    int directory; /* where the notes are; owned */
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *stop; /* SIGTERM */
    TAILQ_HEAD(, connection) connections;
};

/* Owned by the server, from on_accept to connection_free. */
struct connection {
    struct server *server;
    struct bufferevent *bev;  /* owned; closes the descriptor */
    TAILQ_HEAD(, wait) waits; /* owned */
    bool eof; /* the client has half-closed, and is owed answers */
    bool bye; /* over, as soon as all is written */
    TAILQ_ENTRY(connection) link;
};

/* What a client waits for. */
struct wait {
    struct connection *connection;
    struct event *timer; /* owned */
    TAILQ_ENTRY(wait) link;
};

static void wait_free(struct wait *wait)
{
    TAILQ_REMOVE(&wait->connection->waits, wait, link);
    event_free(wait->timer);
    free(wait);
}

static void connection_free(struct connection *connection)
{
    struct wait *wait;

    while ((wait = TAILQ_FIRST(&connection->waits)))
        wait_free(wait);
    TAILQ_REMOVE(&connection->server->connections, connection, link);
    bufferevent_free(connection->bev);
    free(connection);
}

/* Frees the connection, if its client is owed nothing any more. */
static void connection_end_if_due(struct connection *connection)
{
    if (evbuffer_get_length(bufferevent_get_output(connection->bev)) > 0)
        return;
    if (connection->bye || (connection->eof && TAILQ_EMPTY(&connection->waits)))
        connection_free(connection);
}

static void answer(struct connection *connection, const char *text)
{
    if (evbuffer_add_printf(bufferevent_get_output(connection->bev), "%s\n",
                            text) < 0)
        perror("3_notes: cannot answer");
}

/* Sends a file. Reading it blocks the loop, but not for long: it is short. */
static void send_note(struct connection *connection, const char *name)
{
    struct evbuffer *output = bufferevent_get_output(connection->bev);
    int fd = openat(connection->server->directory, name, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        answer(connection, "error: no such note");
        return;
    }
    if (evbuffer_read(output, fd, NOTE_LONGEST) <= 0)
        answer(connection, "error: nothing in it");
    close(fd);
}

static void on_wait_over(evutil_socket_t fd, short events, void *arg)
{
    struct wait *wait = arg;

    (void)fd;
    (void)events;
    answer(wait->connection, "done"); /* on_written comes when it is sent */
    wait_free(wait);
}

static void start_wait(struct connection *connection, long ms)
{
    const struct timeval time = {ms / 1000, ms % 1000 * 1000};
    struct wait *wait = calloc(1, sizeof *wait);

    if (wait)
        wait->timer = evtimer_new(connection->server->base, on_wait_over, wait);
    if (!wait || !wait->timer || evtimer_add(wait->timer, &time) < 0) {
        if (wait && wait->timer)
            event_free(wait->timer);
        free(wait);
        answer(connection, "error: out of memory");
        return;
    }
    wait->connection = connection;
    TAILQ_INSERT_TAIL(&connection->waits, wait, link);
}

static void tell_what_is_held(struct connection *connection);

/* Does what a line asks for. */
static void obey(struct connection *connection, const char *line)
{
    if (!strncmp(line, "read ", 5)) {
        send_note(connection, line + 5);
    } else if (!strncmp(line, "wait ", 5)) {
        start_wait(connection, strtol(line + 5, NULL, 10));
    } else if (!strcmp(line, "held")) {
        tell_what_is_held(connection);
    } else if (!strcmp(line, "bye")) {
        answer(connection, "bye");
        connection->bye = true;
    } else {
        answer(connection, "error: read NAME, wait MS, held or bye");
    }
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;
    struct evbuffer *input = bufferevent_get_input(bev);
    char *line;

    while (!connection->bye &&
           (line = evbuffer_readln(input, NULL, EVBUFFER_EOL_LF))) {
        obey(connection, line);
        free(line);
    }
    if (connection->bye || evbuffer_get_length(input) > NOTE_LONGEST)
        (void)evbuffer_drain(input, evbuffer_get_length(input));
}

static void on_written(struct bufferevent *bev, void *arg)
{
    (void)bev;
    connection_end_if_due(arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct connection *connection = arg;

    (void)bev;
    if (what & BEV_EVENT_EOF) {
        connection->eof = true;
        connection_end_if_due(connection);
    } else {
        connection_free(connection);
    }
}

/* ---- The server around it: nothing is to be changed from here on. ---- */

/* As leaks.c does: descriptors, and events that are pending. */
static void tell_what_is_held(struct connection *connection)
{
    DIR *directory = opendir("/proc/self/fd");
    int descriptors = -3; /* ., .. and the directory itself */
    char text[64];

    while (directory && readdir(directory))
        descriptors++;
    if (directory)
        closedir(directory);
    (void)snprintf(text, sizeof text, "%d descriptors, %d events", descriptors,
                   event_base_get_num_events(connection->server->base,
                                             EVENT_BASE_COUNT_ADDED));
    answer(connection, text);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    struct server *server = arg;
    struct connection *connection = calloc(1, sizeof *connection);

    (void)listener;
    (void)address;
    (void)length;
    if (connection)
        connection->bev =
            bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!connection || !connection->bev) {
        free(connection);
        close(fd);
        return;
    }
    connection->server = server;
    TAILQ_INIT(&connection->waits);
    TAILQ_INSERT_TAIL(&server->connections, connection, link);
    bufferevent_setcb(connection->bev, on_readable, on_written, on_event,
                      connection);
    if (bufferevent_enable(connection->bev, EV_READ | EV_WRITE) < 0)
        connection_free(connection);
}

static void on_stop(evutil_socket_t number, short events, void *arg)
{
    (void)number;
    (void)events;
    event_base_loopbreak(((struct server *)arg)->base);
}

/* Listens on a free port of 127.0.0.1 and says which. Returns 0, or -1. */
static int server_start(struct server *server, const char *directory)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    server->base = event_base_new();
    if (server->directory < 0 || !server->base)
        return -1;
    server->stop = evsignal_new(server->base, SIGTERM, on_stop, server);
    server->listener = evconnlistener_new_bind(
        server->base, on_accept, server,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, SOMAXCONN,
        (struct sockaddr *)&address, sizeof address);
    if (!server->stop || event_add(server->stop, NULL) < 0 ||
        !server->listener ||
        getsockname(evconnlistener_get_fd(server->listener),
                    (struct sockaddr *)&address, &length) < 0)
        return -1;
    fprintf(stderr, "3_notes: listening on 127.0.0.1:%d\n",
            ntohs(address.sin_port));
    return 0;
}

int main(int argc, char **argv)
{
    struct server server = {0};
    struct connection *connection;
    int status = 1;

    if (argc != 2) {
        fputs("usage: 3_notes DIRECTORY\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    TAILQ_INIT(&server.connections);
    if (server_start(&server, argv[1]) == 0 &&
        event_base_dispatch(server.base) == 0)
        status = 0;
    else
        fputs("3_notes: cannot serve\n", stderr);

    while ((connection = TAILQ_FIRST(&server.connections)))
        connection_free(connection);
    if (server.listener)
        evconnlistener_free(server.listener);
    if (server.stop)
        event_free(server.stop);
    if (server.base) {
        event_base_loop(server.base, EVLOOP_NONBLOCK);
        event_base_free(server.base);
    }
    if (server.directory >= 0)
        close(server.directory);
    libevent_global_shutdown();
    return status;
}
