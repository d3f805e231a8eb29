/* raw_server — `server -k` on bare events: three system calls a message.
 *
 * Twin:   raw_server.py (asyncio.Protocol, pause_reading, resume_reading)
 * Build:  cc -Imodules -o raw_server raw_server.c modules/acceptor.c modules/limits.c modules/listening.c modules/options.c modules/stop_signals.c $(pkg-config --cflags --libs libevent)
 * Run:    ./raw_server        then, elsewhere: ./client 127.0.0.1 8888 hello
 * Prints: nothing; where it listens, and what goes wrong, is said on stderr
 *
 * A message is one epoll_wait, one recv and one send: what comes is sent at
 * once, and only what the socket does not take is kept, until it is writable.
 * In this way an idle connection has no buffers at all. The rest is as in
 * server.c: half-close, back-pressure, resets, lack of descriptors and of
 * memory, a clean stop. What server.c has beyond it: a limit of connections, an
 * end to idle and stuck peers.
 */
#include "acceptor.h"
#include "limits.h"

#include <err.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <unistd.h>

enum {
    INPUT_MAX = 64 * 1024,   /* bytes: what one read takes */
    OUTPUT_HIGH = 64 * 1024, /* bytes owed to a peer: stop reading above, */
    OUTPUT_LOW = 16 * 1024,  /* read again below; these are asyncio's marks */
};

/* Owns all below; lives in main. */
struct server {
    struct event_base *base;
    struct acceptor acceptor;
    TAILQ_HEAD(, connection) connections;
    bool stopping;
    char input[INPUT_MAX]; /* one for all: nothing stays in it */
};

/* Owned by the server, from on_client to connection_free. */
struct connection {
    struct server *server;
    struct event *readable; /* owned, and its descriptor with it */
    struct event *writable; /* owned; there only while something is owed … */
    struct evbuffer *owed;  /* … and so is what the socket did not take */
    TAILQ_ENTRY(connection) link;
    bool eof; /* the peer has sent all it will */
};

/* "Not now", as opposed to "never again". */
static bool would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void connection_free_owed(struct connection *connection)
{
    if (connection->writable)
        event_free(connection->writable);
    if (connection->owed)
        evbuffer_free(connection->owed);
    connection->writable = NULL;
    connection->owed = NULL;
}

static void connection_free(struct connection *connection)
{
    struct server *server = connection->server;
    int fd = event_get_fd(connection->readable);

    TAILQ_REMOVE(&server->connections, connection, link);
    connection_free_owed(connection);
    event_free(connection->readable); /* before its descriptor's number … */
    close(fd);                        /* … can be a new connection's */
    free(connection);
}

static void connection_drop(struct connection *connection)
{
    warnx("out of memory: one connection dropped");
    connection_free(connection);
}

/* Decides, after each change, what to wait for. Not reading is back-pressure:
 * the peer's window fills, and it has to wait. May free the connection. */
static void update_interest(struct connection *connection)
{
    size_t owed = connection->owed ? evbuffer_get_length(connection->owed) : 0;
    int fd = event_get_fd(connection->readable);
    bool stopping = connection->server->stopping;
    int unconfirmed = 0;

    if (owed > 0) {
        if (connection->eof || stopping || owed > OUTPUT_HIGH)
            event_del(connection->readable);
        else if (owed <= OUTPUT_LOW && event_add(connection->readable, 0) < 0)
            connection_drop(connection);
        return;
    }
    connection_free_owed(connection);
    /* A stop: a peer that has confirmed all we sent goes at once. For others
     * the close must be no reset, which can destroy what is on its way (see
     * 02-12): their input is read and thrown away until they close. */
    if (stopping) {
        (void)ioctl(fd, SIOCOUTQ, &unconfirmed);
        (void)shutdown(fd, SHUT_WR);
    }
    if (connection->eof || (stopping && unconfirmed == 0))
        connection_free(connection);
    else if (event_add(connection->readable, NULL) < 0)
        connection_drop(connection);
}

/* The socket takes some more of what is owed. */
static void on_writable(evutil_socket_t fd, short events, void *arg)
{
    struct connection *connection = arg;

    (void)events;
    if (evbuffer_write(connection->owed, fd) >= 0)
        update_interest(connection);
    else if (!would_block(errno))
        connection_free(connection);
}

/* Keeps a copy of what the socket did not take. Returns 0, or -1 without
 * memory; connection_free undoes it in both cases. */
static int connection_owe(struct connection *connection, const char *data,
                          size_t size)
{
    if (!connection->owed) {
        connection->owed = evbuffer_new();
        connection->writable = event_new(
            connection->server->base, event_get_fd(connection->readable),
            EV_WRITE | EV_PERSIST, on_writable, connection);
        if (!connection->owed || !connection->writable ||
            event_add(connection->writable, NULL) < 0)
            return -1;
    }
    return evbuffer_add(connection->owed, data, size);
}

/* Input, or its end. Read once: with more of it we are called again, after the
 * others had their turn. */
static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    struct connection *connection = arg;
    struct server *server = connection->server;
    ssize_t size = recv(fd, server->input, sizeof server->input, 0);
    ssize_t sent = 0;

    (void)events;
    if (size <= 0) {
        connection->eof = size == 0; /* a half-close: we still owe the output */
        if (size == 0)
            update_interest(connection);
        else if (!would_block(errno))
            connection_free(connection); /* a reset */
        return;
    }
    if (server->stopping)
        return;
    if (!connection->owed) { /* else it must wait for its turn behind that */
        sent = send(fd, server->input, (size_t)size, 0);
        if (sent == size)
            return;
        if (sent < 0 && !would_block(errno)) {
            connection_free(connection);
            return;
        }
    }
    sent = sent < 0 ? 0 : sent;
    if (connection_owe(connection, server->input + sent,
                       (size_t)(size - sent)) < 0)
        connection_drop(connection);
    else
        update_interest(connection);
}

/* A new peer. Lack of memory costs this one its connection, not the server. */
static void on_client(evutil_socket_t fd, struct sockaddr *from, void *arg)
{
    struct server *server = arg;
    struct connection *connection = calloc(1, sizeof *connection);
    int on = 1;

    (void)from;
    if (connection)
        connection->readable = event_new(server->base, fd, EV_READ | EV_PERSIST,
                                         on_readable, connection);
    if (!connection || !connection->readable) {
        warnx("out of memory: one connection dropped");
        free(connection);
        close(fd);
        return;
    }
    connection->server = server;
    TAILQ_INSERT_TAIL(&server->connections, connection, link);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (event_add(connection->readable, NULL) < 0)
        connection_drop(connection);
}

/* SIGINT or SIGTERM: takes no new input, and flushes what is owed. The acceptor
 * calls it again and again until the loop ends. */
static void on_stop(void *arg)
{
    struct server *server = arg;
    struct connection *connection, *next;

    server->stopping = true;
    for (connection = TAILQ_FIRST(&server->connections); connection;
         connection = next) {
        next = TAILQ_NEXT(connection, link);
        update_interest(connection);
    }
    if (TAILQ_EMPTY(&server->connections))
        event_base_loopbreak(server->base);
}

/* Frees what is there, in the order libevent wants: connections, listener,
 * events, the base. */
static void server_free(struct server *server)
{
    long abandoned = 0;

    for (; !TAILQ_EMPTY(&server->connections); abandoned++)
        connection_free(TAILQ_FIRST(&server->connections));
    if (abandoned > 0)
        warnx("gave up on %ld peers", abandoned);
    acceptor_free(&server->acceptor);
    if (server->base)
        event_base_free(server->base);
    libevent_global_shutdown();
}

static const char usage[] = "usage: raw_server [-a ADDRESS] [-p PORT] [-h]\n";
static const char help[] =
    "Echoes what each client sends until it closes, on bare events.\n"
    "  -a ADDRESS  listen on this IPv4 or IPv6 address (127.0.0.1)\n"
    "  -p PORT     and on this port; 0 picks a free one (8888)\n"
    "  -h, --help  print this\n";

int main(int argc, char **argv)
{
    struct server server = {.acceptor = {.on_client = on_client,
                                         .on_stop = on_stop,
                                         .arg = &server}};
    struct options options = {0};
    int status = options_read(&options, "a:p:h", usage, help, argc, argv);

    if (status != OPTIONS_RUN)
        return status;
    status = 1;
    signal(SIGPIPE, SIG_IGN); /* else a write to a closed peer ends us */
    limits_raise_descriptors();
    TAILQ_INIT(&server.connections);
    server.base = event_base_new();
    if (acceptor_start(&server.acceptor, server.base, &options) == 0) {
        if (event_base_dispatch(server.base) < 0)
            warnx("the event loop failed");
        else
            status = 0;
    }
    freeaddrinfo(options.address);
    server_free(&server);
    return status;
}
