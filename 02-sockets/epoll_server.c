/* epoll_server — raw_server without a library: what is underneath.
 *
 * Twin:   none; asyncio's selector loop makes the same system calls
 * Build:  cc -Imodules -o epoll_server epoll_server.c modules/limits.c modules/listening.c modules/monotonic.c modules/options.c
 * Run:    ./epoll_server      then, elsewhere: ./client 127.0.0.1 8888 hello
 * Prints: nothing; where it listens, and what goes wrong, is said on stderr
 *
 * The same promises and the same marks as raw_server.c, on epoll alone: it is
 * the limit that raw_server is measured against. What libevent did there is
 * written out: readiness (epoll_wait), timers (its timeout), signals (a
 * signalfd), a buffer of what is owed.
 */
#define _GNU_SOURCE 1 /* accept4 */
#include "limits.h"
#include "listening.h"
#include "monotonic.h"

#include <err.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    INPUT_MAX = 64 * 1024,     /* bytes: what one read takes */
    OUTPUT_HIGH = 64 * 1024,   /* bytes owed to a peer: stop reading above, */
    OUTPUT_LOW = 16 * 1024,    /* read again below; these are asyncio's marks */
    EVENTS_MAX = 256,          /* what one epoll_wait returns */
    ACCEPT_RETRY_DELAY = 1000, /* ms without accepting, for lack of resources */
    SHUTDOWN_TIMEOUT = 5000,   /* ms */
    DRAIN_POLL_INTERVAL = 50,  /* ms until a stop's next look at who is left */
};

/* Owns all below; lives in main. */
struct server {
    int epoll, listener, signals; /* descriptors; -1: none */
    TAILQ_HEAD(, connection) connections;
    int64_t accept_at;     /* ms: accepting pauses until then; or 0 */
    int64_t drain_poll_at; /* ms: a stop's next look at who is left */
    int64_t stop_at;       /* ms: stopping ends then at the latest; or 0 */
    char input[INPUT_MAX]; /* one for all: nothing stays in it */
};

/* Owned by the server, from accept_all to connection_free. */
struct connection {
    TAILQ_ENTRY(connection) link;
    char *owed;         /* owned; NULL unless something is owed: … */
    size_t start, size; /* … so many bytes, from there */
    int fd;             /* owned */
    uint32_t watched;   /* what epoll waits for */
    bool eof;           /* the peer has sent all it will */
};

/* "Not now", as opposed to "never again". */
static bool would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* Adds the descriptor or changes what it is watched for. What comes back with
 * the event is a pointer: a connection's, or that of a member of server. */
static int watch(const struct server *server, int operation, int fd,
                 uint32_t events, void *pointer)
{
    struct epoll_event event = {.events = events, .data.ptr = pointer};

    return epoll_ctl(server->epoll, operation, fd, &event);
}

/* Only for the connection whose event is at hand, or between two waits: another
 * one's event may be in the array still, and would point to freed memory. */
static void connection_free(struct server *server,
                            struct connection *connection)
{
    TAILQ_REMOVE(&server->connections, connection, link);
    /* A close alone makes epoll forget it only if nobody holds a copy of the
     * descriptor, a forked child for instance: see 02-25. */
    (void)watch(server, EPOLL_CTL_DEL, connection->fd, 0, NULL);
    close(connection->fd);
    free(connection->owed);
    free(connection);
}

/* Decides, after each change, what to wait for. Not reading is back-pressure:
 * the peer's window fills, and it has to wait. May free the connection. */
static void update_interest(struct server *server,
                            struct connection *connection)
{
    uint32_t events = connection->watched | EPOLLOUT;
    bool stopping = server->stop_at > 0;
    int unconfirmed = 0;

    if (connection->size > 0) {
        if (connection->eof || stopping || connection->size > OUTPUT_HIGH)
            events = EPOLLOUT;
        else if (connection->size <= OUTPUT_LOW)
            events = EPOLLOUT | EPOLLIN;
    } else {
        free(connection->owed);
        connection->owed = NULL;
        events = EPOLLIN;
        /* A stop: a peer that has confirmed all we sent goes at once. For
         * others the close must be no reset, which can destroy what is on its
         * way (see 02-12): their input is read and thrown away until they
         * close. */
        if (stopping) {
            (void)ioctl(connection->fd, SIOCOUTQ, &unconfirmed);
            (void)shutdown(connection->fd, SHUT_WR);
        }
        if (connection->eof || (stopping && unconfirmed == 0)) {
            connection_free(server, connection);
            return;
        }
    }
    if (events == connection->watched)
        return;
    connection->watched = events;
    if (watch(server, EPOLL_CTL_MOD, connection->fd, events, connection) < 0) {
        warnx("%s: one connection dropped", strerror(errno));
        connection_free(server, connection);
    }
}

/* The socket takes some more of what is owed. */
static void on_writable(struct server *server, struct connection *connection)
{
    ssize_t sent = send(connection->fd, connection->owed + connection->start,
                        connection->size, 0);

    if (sent >= 0) {
        connection->start += (size_t)sent;
        connection->size -= (size_t)sent;
        update_interest(server, connection);
    } else if (!would_block(errno)) {
        connection_free(server, connection);
    }
}

/* Keeps a copy of what the socket did not take. There is room for it: nobody
 * reads above the mark. Returns 0, or -1 without memory. */
static int connection_owe(struct connection *connection, const char *data,
                          size_t size)
{
    if (!connection->owed) {
        connection->owed = malloc(OUTPUT_HIGH + INPUT_MAX);
        connection->start = 0;
        if (!connection->owed)
            return -1;
    }
    if (connection->start > 0)
        memmove(connection->owed, connection->owed + connection->start,
                connection->size);
    connection->start = 0;
    memcpy(connection->owed + connection->size, data, size);
    connection->size += size;
    return 0;
}

/* Input, or its end. Read once: with more of it we are called again, after the
 * others had their turn. */
static void on_readable(struct server *server, struct connection *connection)
{
    ssize_t size = recv(connection->fd, server->input, INPUT_MAX, 0);
    ssize_t sent = 0;

    if (size < 0 && would_block(errno))
        return;
    if (size < 0) {
        connection_free(server, connection); /* a reset */
    } else if (size == 0) {
        connection->eof = true; /* a half-close: we still owe the output */
        update_interest(server, connection);
    } else if (server->stop_at == 0) {
        if (!connection->owed) /* else it must wait for its turn behind that */
            sent = send(connection->fd, server->input, (size_t)size, 0);
        if (sent == size)
            return;
        if (sent < 0 && !would_block(errno)) {
            connection_free(server, connection);
            return;
        }
        sent = sent < 0 ? 0 : sent;
        if (connection_owe(connection, server->input + sent,
                           (size_t)(size - sent)) < 0) {
            warnx("%s: one connection dropped", strerror(errno));
            connection_free(server, connection);
            return;
        }
        update_interest(server, connection);
    }
}

/* A new peer. Lack of memory costs this one its connection, not the server. */
static void connection_new(struct server *server, int fd)
{
    struct connection *connection = calloc(1, sizeof *connection);
    int on = 1;

    if (!connection ||
        watch(server, EPOLL_CTL_ADD, fd, EPOLLIN, connection) < 0) {
        warnx("%s: one connection dropped", strerror(errno));
        free(connection);
        close(fd);
        return;
    }
    connection->fd = fd;
    connection->watched = EPOLLIN;
    TAILQ_INSERT_TAIL(&server->connections, connection, link);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* Takes all who wait. Out of descriptors, the listening socket stays readable
 * and the loop would spin: pause, and try again in a second. */
static void accept_all(struct server *server)
{
    int fd;

    while ((fd = accept4(server->listener, NULL, NULL,
                         SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        connection_new(server, fd);
    if (would_block(errno) || listening_lost_one(errno))
        return;
    warnx("cannot accept: %s: pausing for 1 s", strerror(errno));
    if (watch(server, EPOLL_CTL_MOD, server->listener, 0, &server->listener) ==
        0)
        server->accept_at = monotonic_ms() + ACCEPT_RETRY_DELAY;
}

/* SIGINT, SIGTERM: no new peers, and soon no connection: see on_timer. */
static void stop(struct server *server)
{
    server->drain_poll_at = monotonic_ms();
    server->stop_at = server->drain_poll_at + SHUTDOWN_TIMEOUT;
    close(server->listener);
    server->listener = -1;
}

/* When stopping: takes no new input, and flushes what is owed. Nothing tells
 * when a peer has confirmed the last byte, so this looks again and again. */
static void drain_poll(struct server *server)
{
    struct connection *connection, *next;

    for (connection = TAILQ_FIRST(&server->connections); connection;
         connection = next) {
        next = TAILQ_NEXT(connection, link);
        update_interest(server, connection);
    }
    server->drain_poll_at = monotonic_ms() + DRAIN_POLL_INTERVAL;
}

/* Does what is due: ends a pause, or the connections when we stop. Returns how
 * long epoll_wait may sleep, in ms; -1: forever. Call it only between two
 * waits, because it frees connections. */
static int on_timer(struct server *server)
{
    bool stopping = server->stop_at > 0;
    int64_t due = stopping ? server->drain_poll_at : server->accept_at;
    int64_t left = due - monotonic_ms();

    if (due == 0)
        return -1;
    if (left > 0)
        return (int)left;
    if (stopping) {
        drain_poll(server);
        return TAILQ_EMPTY(&server->connections) ? 0 : DRAIN_POLL_INTERVAL;
    }
    if (watch(server, EPOLL_CTL_MOD, server->listener, EPOLLIN,
              &server->listener) == 0)
        server->accept_at = 0;
    return 0;
}

/* The loop. Each descriptor is in the array once at most, so that a connection
 * can be freed in its turn; the stop, which frees others, comes after all.
 * Returns 0 when stopped, -1 with the reason said. */
static int serve(struct server *server)
{
    struct epoll_event events[EVENTS_MAX];
    struct signalfd_siginfo signal;
    bool stopped = false;

    while (server->stop_at == 0 || (!TAILQ_EMPTY(&server->connections) &&
                                    monotonic_ms() < server->stop_at)) {
        int sleep = on_timer(server);
        int count = epoll_wait(server->epoll, events, EVENTS_MAX, sleep);

        if (count < 0 && errno != EINTR) {
            warn("epoll_wait failed");
            return -1;
        }
        for (int i = 0; i < count; i++) {
            void *pointer = events[i].data.ptr;
            struct connection *connection = pointer;

            if (pointer == &server->listener)
                accept_all(server);
            else if (pointer == &server->signals)
                stopped |= read(server->signals, &signal, sizeof signal) > 0;
            else if (connection->owed && events[i].events != EPOLLIN)
                on_writable(server, connection);
            else
                on_readable(server, connection); /* or has failed */
        }
        if (stopped && server->stop_at == 0)
            stop(server);
    }
    return 0;
}

/* Makes the descriptors and listens. Returns 0; on failure prints the reason
 * and returns -1. Call server_free in both cases. */
static int server_start(struct server *server, const struct options *options)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* to be read, not to interrupt */
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    server->signals = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (server->epoll < 0 || server->signals < 0 ||
        watch(server, EPOLL_CTL_ADD, server->signals, EPOLLIN,
              &server->signals) < 0) {
        warn("cannot start");
        return -1;
    }
    server->listener = listening_socket(options);
    if (server->listener < 0)
        return -1;
    if (watch(server, EPOLL_CTL_ADD, server->listener, EPOLLIN,
              &server->listener) < 0) {
        listening_failed(options);
        return -1;
    }
    return listening_announce(options, server->listener);
}

static void server_free(struct server *server)
{
    const int rest[] = {server->listener, server->signals, server->epoll};
    long abandoned = 0;

    for (; !TAILQ_EMPTY(&server->connections); abandoned++)
        connection_free(server, TAILQ_FIRST(&server->connections));
    if (abandoned > 0)
        warnx("gave up on %ld peers", abandoned);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        if (rest[i] >= 0)
            close(rest[i]);
    }
}

static const char usage[] = "usage: epoll_server [-a ADDRESS] [-p PORT] [-h]\n";
static const char help[] =
    "Echoes what each client sends until it closes, on bare epoll.\n"
    "  -a ADDRESS  listen on this IPv4 or IPv6 address (127.0.0.1)\n"
    "  -p PORT     and on this port; 0 picks a free one (8888)\n"
    "  -h, --help  print this\n";

int main(int argc, char **argv)
{
    struct server server = {.epoll = -1, .listener = -1, .signals = -1};
    struct options options = {0};
    int status = options_read(&options, "a:p:h", usage, help, argc, argv);

    if (status != OPTIONS_RUN)
        return status;
    signal(SIGPIPE, SIG_IGN); /* else a write to a closed peer ends us */
    limits_raise_descriptors();
    TAILQ_INIT(&server.connections);
    status = 1;
    if (server_start(&server, &options) == 0 && serve(&server) == 0)
        status = 0;
    freeaddrinfo(options.address);
    server_free(&server);
    return status;
}
