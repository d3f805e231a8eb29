/* server — an echo server on bufferevents, to be copied.
 *
 * Twin:   server.py (asyncio.start_server, StreamReader, StreamWriter, drain)
 * Build:  cc -Imodules -o server server.c modules/acceptor.c modules/limits.c modules/listening.c modules/monotonic.c modules/options.c modules/stop_signals.c modules/transcript.c $(pkg-config --cflags --libs libevent)
 * Run:    ./server            then, elsewhere: ./client 127.0.0.1 8888 hello
 * Prints: Received hello from ('127.0.0.1', 40312)
 *
 * Each connection: read up to 1024 bytes once, print them, echo them, wait
 * until they are flushed, close politely. With -k: echo until the client
 * closes, print nothing. What most samples leave out is here: SIGPIPE,
 * half-close, back-pressure, idle and stuck peers, lack of memory, a close that
 * is no reset, a clean stop; and in modules/: lack of descriptors, an end to
 * the stop, a terminal-safe transcript. What it lacks: a stdout that stalls
 * stalls it, too.
 */
#include "acceptor.h"
#include "limits.h"
#include "monotonic.h"
#include "transcript.h"

#include <err.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <linux/sockios.h>
#include <locale.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <unistd.h>

enum {
    MESSAGE_MAX = 1024,        /* bytes: what one read takes */
    OUTPUT_HIGH = 256 * 1024,  /* bytes owed to a peer: stop reading above, */
    OUTPUT_LOW = 64 * 1024,    /* read again below */
    DISCARD_MAX = 1024 * 1024, /* bytes thrown away before we cut it short */
};
static const struct timeval close_timeout = {5, 0};

/* Owns all below; lives in main. */
struct server {
    struct event_base *base;
    struct acceptor acceptor;
    TAILQ_HEAD(, connection) connections;
    long count; /* of connections */
    bool stopping;
    const struct options *options; /* main's */
};

/* Owned by the server, from on_client to connection_free. */
struct connection {
    struct server *server;
    struct bufferevent *bev; /* owned; closes the descriptor */
    TAILQ_ENTRY(connection) link;
    char peer[TRANSCRIPT_PEER_MAX];
    bool eof;         /* the peer has sent all it will */
    bool closing;     /* nothing more to write: close once it is flushed */
    bool half_closed; /* we have shut our half, and wait for the peer's … */
    int64_t close_deadline; /* … until then: monotonic_ms */
    size_t discarded;       /* bytes read after the message */
};

/* Counts the connections: at the limit, new peers wait in the backlog. */
static void count_connections(struct server *server, long change)
{
    long max = server->options->max;

    server->count += change;
    acceptor_set_full(&server->acceptor, max > 0 && server->count >= max);
}

/* Frees the connection; its descriptor closes one pass of the loop later (see
 * 02-13). Makes room for a new peer. */
static void connection_free(struct connection *connection)
{
    struct server *server = connection->server;

    TAILQ_REMOVE(&server->connections, connection, link);
    bufferevent_free(connection->bev);
    free(connection);
    count_connections(server, -1);
}

/* Call it after each write. A write does not report a lack of memory for its
 * event; nor does bufferevent_socket_new, if there was none for what would ask
 * for that event. This asks for it once more. Returns false without memory. */
static bool arm_write(struct bufferevent *bev)
{
    return bufferevent_enable(bev, EV_WRITE) == 0;
}

/* Once the output is empty: shuts our half and waits for the peer's, because
 * a close with input unread is a reset, which can destroy the echo on its way
 * (see 02-12). When we stop, a peer that has confirmed all of it is not waited
 * for: then this is called again and again. May free the connection. */
static void graceful_close(struct connection *connection)
{
    struct bufferevent *bev = connection->bev;
    bool stopping = connection->server->stopping;
    int fd = bufferevent_getfd(bev), unconfirmed = 0;

    if (evbuffer_get_length(bufferevent_get_output(bev)) > 0 ||
        (connection->half_closed && !connection->eof && !stopping))
        return;
    (void)ioctl(fd, SIOCOUTQ, &unconfirmed);
    if (connection->eof || (stopping && unconfirmed == 0) ||
        shutdown(fd, SHUT_WR) < 0) {
        connection_free(connection);
        return;
    }
    connection->half_closed = true;
    connection->close_deadline = monotonic_ms() + close_timeout.tv_sec * 1000;
    bufferevent_set_timeouts(bev, &close_timeout, NULL);
    if (bufferevent_enable(bev, EV_READ) < 0)
        connection_free(connection);
}

/* Reads and throws away, within bounds, even after graceful_close. May free the
 * connection. */
static void discard(struct connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->bev);
    bool late =
        connection->half_closed && monotonic_ms() >= connection->close_deadline;

    connection->discarded += evbuffer_get_length(input);
    evbuffer_drain(input, evbuffer_get_length(input));
    if ((late || connection->discarded > DISCARD_MAX) &&
        !connection->server->stopping) /* that has a bound of its own */
        connection_free(connection);
    else
        graceful_close(connection);
}

/* Without -k. The first bytes are the message, and the last ones that count.
 * May free the connection. */
static void answer_once(struct connection *connection)
{
    char message[MESSAGE_MAX];
    size_t n = bufferevent_read(connection->bev, message, sizeof message);

    connection->closing = true;
    fputs("Received ", stdout);
    transcript_print(stdout, message, n);
    printf(" from %s\n", connection->peer);
    if (bufferevent_write(connection->bev, message, n) < 0 ||
        !arm_write(connection->bev))
        connection_free(connection); /* no memory: this peer goes */
    else
        discard(connection); /* no write callback follows an empty write */
}

/* With -k. All input becomes output. With too much of it on hand we stop
 * reading: the peer's window fills and it has to wait. That is `await drain()`;
 * libevent itself stores a high-water mark for writing and ignores it. No EOF
 * comes meanwhile, but a reset does, since we wait for writing (see 02-09). */
static void echo(struct connection *connection)
{
    struct bufferevent *bev = connection->bev;

    if (bufferevent_write_buffer(bev, bufferevent_get_input(bev)) < 0 ||
        !arm_write(bev))
        connection_free(connection);
    else if (evbuffer_get_length(bufferevent_get_output(bev)) > OUTPUT_HIGH)
        bufferevent_disable(bev, EV_READ); /* until on_written */
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;

    (void)bev;
    if (connection->closing)
        discard(connection);
    else if (connection->server->options->keep_open)
        echo(connection);
    else
        answer_once(connection);
}

/* A part of the output has gone out, and at most OUTPUT_LOW is left. Reading
 * again redelivers nothing that is in the input already (see 02-08), but echo()
 * leaves nothing there. */
static void on_written(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;

    if (connection->closing)
        graceful_close(connection);
    else if (!(bufferevent_get_enabled(bev) & EV_READ) &&
             bufferevent_enable(bev, EV_READ) < 0)
        connection_free(connection);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct connection *connection = arg;

    if (what & BEV_EVENT_EOF) { /* a half-close: we still owe the output */
        connection->eof = true;
        connection->closing |= connection->server->options->keep_open;
        on_readable(bev, connection); /* not closing: its message is empty */
    } else if (what == (BEV_EVENT_TIMEOUT | BEV_EVENT_READING) &&
               evbuffer_get_length(bufferevent_get_output(bev)) > 0 &&
               bufferevent_enable(bev, EV_READ) == 0) {
        return; /* silent, but taking its output: it may continue */
    } else {
        connection_free(connection); /* reset, idle, stuck */
    }
}

/* A new peer. Lack of memory costs this one its connection, not the server. */
static void on_client(evutil_socket_t fd, struct sockaddr *from, void *arg)
{
    struct server *server = arg;
    struct connection *connection = calloc(1, sizeof *connection);
    const struct timeval idle = {server->options->idle, 0};
    int on = 1;

    if (connection)
        connection->bev =
            bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!connection || !connection->bev) {
        warnx("out of memory: one connection dropped");
        free(connection);
        close(fd);
        return;
    }
    connection->server = server;
    transcript_peer(from, connection->peer, sizeof connection->peer);
    TAILQ_INSERT_TAIL(&server->connections, connection, link);
    count_connections(server, 1);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bufferevent_setcb(connection->bev, on_readable, on_written, on_event,
                      connection);
    bufferevent_setwatermark(connection->bev, EV_WRITE, OUTPUT_LOW, 0);
    bufferevent_set_timeouts(connection->bev, &idle, &idle);
    if (bufferevent_enable(connection->bev, EV_READ | EV_WRITE) < 0)
        connection_free(connection);
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
        connection->closing = true;
        graceful_close(connection);
    }
    if (server->count == 0)
        event_base_loopbreak(server->base);
}

/* Frees what is there, in the order libevent wants: connections, listener,
 * events, a pass in which bufferevents close their descriptors, the base. */
static void server_free(struct server *server)
{
    if (server->count > 0)
        warnx("gave up on %ld peers", server->count);
    while (!TAILQ_EMPTY(&server->connections))
        connection_free(TAILQ_FIRST(&server->connections));
    acceptor_free(&server->acceptor);
    if (server->base) {
        event_base_loop(server->base, EVLOOP_NONBLOCK);
        event_base_free(server->base);
    }
    libevent_global_shutdown();
}

static const char usage[] =
    "usage: server [-a ADDRESS] [-p PORT] [-k] [-t SECONDS] [-m MAX] [-h]\n";
static const char help[] =
    "Reads up to 1024 bytes from each client, prints and echoes them.\n"
    "  -a ADDRESS       listen on this IPv4 or IPv6 address (127.0.0.1)\n"
    "  -p PORT          and on this port; 0 picks a free one (8888)\n"
    "  -k, --keep-open  echo until the client closes, print nothing\n"
    "  -t SECONDS       end a peer idle or stuck for so long (60; 0: never)\n"
    "  -m MAX           connections at once, others wait (0: no limit)\n"
    "  -h, --help       print this\n";

int main(int argc, char **argv)
{
    struct options options = {.idle = 60};
    int status = options_read(&options, "a:p:kt:m:h", usage, help, argc, argv);
    struct server server = {.options = &options,
                            .acceptor = {.on_client = on_client,
                                         .on_stop = on_stop,
                                         .arg = &server}};

    if (status != OPTIONS_RUN)
        return status;
    status = 1;
    setlocale(LC_CTYPE, "C.UTF-8");   /* for the transcript */
    setvbuf(stdout, NULL, _IOLBF, 0); /* line by line, even into a pipe */
    signal(SIGPIPE, SIG_IGN); /* else a write to a closed peer ends us */
    limits_raise_descriptors();
    TAILQ_INIT(&server.connections);
    server.base = event_base_new();
    if (acceptor_start(&server.acceptor, server.base, &options) == 0) {
        if (event_base_dispatch(server.base) < 0)
            warnx("the event loop failed");
        else if (fflush(stdout) != 0 || ferror(stdout))
            warnx("cannot write the transcript");
        else
            status = 0;
    }
    freeaddrinfo(options.address);
    server_free(&server);
    return status;
}
