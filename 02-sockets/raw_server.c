/* raw_server — `server -k` on bare events: three system calls a message.
 *
 * Twin:   raw_server.py (asyncio.Protocol, pause_reading, resume_reading)
 * Build:  cc -o raw_server raw_server.c $(pkg-config --cflags --libs libevent)
 * Run:    ./raw_server        then, elsewhere: ./client 127.0.0.1 8888 hello
 * Prints: nothing; where it listens, and what goes wrong, is said on stderr
 *
 * A message is one epoll_wait, one recv and one send: what comes is sent at
 * once, and only what the socket does not take is kept, until it is writable.
 * So an idle connection has no buffers at all. The rest is what server.c does,
 * too: half-close, back-pressure, resets, want of descriptors and of memory, a
 * clean stop. Left to server.c: a limit of connections, an end to stuck peers.
 */
#include <err.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <getopt.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    INPUT_MAX = 64 * 1024,   /* bytes: what one read takes */
    OUTPUT_HIGH = 64 * 1024, /* bytes owed to a peer: stop reading above, */
    OUTPUT_LOW = 16 * 1024,  /* read again below; these are asyncio's marks */
};

/* Owns all below; lives in main. */
struct server {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *pause;      /* ends the listener's pause */
    struct event *signals[2]; /* SIGINT, SIGTERM */
    TAILQ_HEAD(, connection) connections;
    bool stopping;
    char input[INPUT_MAX]; /* one for all: nothing stays in it */
};

/* Owned by the server, from on_accept to connection_free. */
struct connection {
    struct server *server;
    struct event *readable; /* owned, and its descriptor with it */
    struct event *writable; /* owned; there only while something is owed … */
    struct evbuffer *owed;  /* … and so is what the socket did not take */
    TAILQ_ENTRY(connection) link;
    bool eof; /* the peer has sent all it will */
};

/* "Not now", as opposed to "never again". */
static bool try_later(int error)
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

/* Ends a stopping server's loop with the last connection. */
static void connection_free(struct connection *connection)
{
    struct server *server = connection->server;
    int fd = event_get_fd(connection->readable);

    TAILQ_REMOVE(&server->connections, connection, link);
    connection_free_owed(connection);
    event_free(connection->readable); /* before its descriptor's number … */
    close(fd);                        /* … can be a new connection's */
    free(connection);
    if (server->stopping && TAILQ_EMPTY(&server->connections))
        event_base_loopbreak(server->base);
}

static void connection_drop(struct connection *connection)
{
    warnx("out of memory: one connection dropped");
    connection_free(connection);
}

/* Decides, after each change, what to wait for. Not reading is back-pressure:
 * the peer's window fills, and it has to wait. May free the connection. */
static void connection_settle(struct connection *connection)
{
    size_t owed = connection->owed ? evbuffer_get_length(connection->owed) : 0;
    int fd = event_get_fd(connection->readable);
    bool stopping = connection->server->stopping;
    int unsent = 0;

    if (owed > 0) {
        if (connection->eof || stopping || owed > OUTPUT_HIGH)
            event_del(connection->readable);
        else if (owed <= OUTPUT_LOW && event_add(connection->readable, 0) < 0)
            connection_drop(connection);
        return;
    }
    connection_free_owed(connection);
    /* A stop: who has confirmed all we sent goes at once. For others the close
     * must be no reset, which can destroy what is on its way: so the input is
     * read on, and thrown away, until they close. */
    if (stopping) {
        (void)ioctl(fd, SIOCOUTQ, &unsent);
        (void)shutdown(fd, SHUT_WR);
    }
    if (connection->eof || (stopping && unsent == 0))
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
        connection_settle(connection);
    else if (!try_later(errno))
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
            connection_settle(connection);
        else if (!try_later(errno))
            connection_free(connection); /* a reset */
        return;
    }
    if (server->stopping)
        return;
    if (!connection->owed) { /* else it must wait for its turn behind that */
        sent = send(fd, server->input, (size_t)size, 0);
        if (sent == size)
            return;
        if (sent < 0 && !try_later(errno)) {
            connection_free(connection);
            return;
        }
    }
    sent = sent < 0 ? 0 : sent;
    if (connection_owe(connection, server->input + sent,
                       (size_t)(size - sent)) < 0)
        connection_drop(connection);
    else
        connection_settle(connection);
}

/* A new peer. Want of memory costs this one its connection, not the server. */
static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    struct server *server = arg;
    struct connection *connection = calloc(1, sizeof *connection);
    int on = 1;

    (void)listener;
    (void)address;
    (void)length;
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

/* No new input, but what is owed is flushed. Nothing tells when a peer has
 * confirmed the last byte, so we look again in a moment. */
static void stop_connections(struct server *server)
{
    const struct timeval moment = {0, 50000};
    struct connection *connection, *next;

    (void)evtimer_add(server->pause, &moment);
    for (connection = TAILQ_FIRST(&server->connections); connection;
         connection = next) {
        next = TAILQ_NEXT(connection, link);
        connection_settle(connection);
    }
}

static void on_pause_over(evutil_socket_t fd, short events, void *arg)
{
    struct server *server = arg;

    (void)fd;
    (void)events;
    if (server->stopping)
        stop_connections(server);
    else
        evconnlistener_enable(server->listener);
}

/* accept() failed. Out of descriptors, the listening socket stays readable and
 * the loop would spin: pause, and try again in a second. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    const struct timeval second = {1, 0};
    struct server *server = arg;

    warnx("cannot accept: %s: pausing for 1 s",
          evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    if (evtimer_add(server->pause, &second) == 0)
        evconnlistener_disable(listener);
}

/* SIGINT, SIGTERM: no new peers, and the others soon are none. */
static void on_signal(evutil_socket_t number, short events, void *arg)
{
    const struct timeval grace = {5, 0};
    struct server *server = arg;

    (void)number;
    (void)events;
    server->stopping = true;
    evconnlistener_disable(server->listener);
    if (TAILQ_EMPTY(&server->connections) ||
        event_base_loopexit(server->base, &grace) < 0)
        event_base_loopbreak(server->base);
    stop_connections(server);
}

/* Makes the base, watches for signals, listens, says where on stderr. Returns
 * 0, or -1 with the reason said; server_free undoes it in both cases. */
static int server_start(struct server *server, const char *host,
                        const struct addrinfo *address)
{
    bool ipv6 = address->ai_family == AF_INET6;
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
                     LEV_OPT_REUSEABLE | (ipv6 ? LEV_OPT_BIND_IPV6ONLY : 0);
    struct sockaddr_in6 in6; /* a sockaddr_in has its port in the same place */
    socklen_t length = sizeof in6;

    server->base = event_base_new();
    if (server->base) {
        server->pause = evtimer_new(server->base, on_pause_over, server);
        server->signals[0] =
            evsignal_new(server->base, SIGINT, on_signal, server);
        server->signals[1] =
            evsignal_new(server->base, SIGTERM, on_signal, server);
    }
    if (!server->pause || !server->signals[0] || !server->signals[1] ||
        event_add(server->signals[0], NULL) < 0 ||
        event_add(server->signals[1], NULL) < 0) {
        warnx("cannot start: out of memory or descriptors");
        return -1;
    }
    server->listener = evconnlistener_new_bind(
        server->base, on_accept, server, flags, SOMAXCONN, address->ai_addr,
        (int)address->ai_addrlen);
    /* Enabled once more: _new_bind does not tell that it could not. */
    if (!server->listener || evconnlistener_enable(server->listener) < 0 ||
        getsockname(evconnlistener_get_fd(server->listener),
                    (struct sockaddr *)&in6, &length) < 0) {
        memcpy(&in6, address->ai_addr, address->ai_addrlen);
        warnx("cannot listen on %s port %u: %s", host, ntohs(in6.sin6_port),
              strerror(errno));
        return -1;
    }
    evconnlistener_set_error_cb(server->listener, on_accept_error);
    warnx("listening on %s%s%s:%u", ipv6 ? "[" : "", host, ipv6 ? "]" : "",
          ntohs(in6.sin6_port));
    return 0;
}

/* Frees what is there, in the order libevent wants: connections, listener,
 * events, the base. */
static void server_free(struct server *server)
{
    struct event *events[] = {server->pause, server->signals[0],
                              server->signals[1]};
    long left = 0;

    for (; !TAILQ_EMPTY(&server->connections); left++)
        connection_free(TAILQ_FIRST(&server->connections));
    if (left > 0)
        warnx("gave up on %ld peers", left);
    if (server->listener)
        evconnlistener_free(server->listener);
    for (int i = 0; i < 3; i++) {
        if (events[i])
            event_free(events[i]);
    }
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
    static const struct option longer[] = {{"help", 0, NULL, 'h'}, {0}};
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST,
                                     .ai_socktype = SOCK_STREAM};
    const char *host = "127.0.0.1", *port = "8888";
    struct server server = {.stopping = false};
    struct addrinfo *address;
    struct rlimit limit;
    int option, status = 1;
    char *end = NULL;
    long number;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "a:p:h", longer, NULL)) > 0) {
        if (option == 'a')
            host = optarg;
        else if (option == 'p')
            port = optarg;
        else if (option == 'h')
            return printf("%s%s", usage, help) < 0 || fflush(stdout);
        else
            break; /* optind is behind it */
    }
    if (option != -1 || optind < argc) {
        fprintf(stderr,
                "raw_server: unexpected, or without its value: '%s': %s",
                argv[option == -1 ? optind : optind - 1], usage);
        return 2;
    }
    number = strtol(port, &end, 10);
    if (end == port || *end || number < 0 || number > 65535) {
        warnx("-p '%s': not a number from 0 to 65535", port);
        return 2;
    }
    if (getaddrinfo(host, port, &numeric, &address) != 0) {
        warnx("-a '%s': not a numeric IPv4 or IPv6 address", host);
        return 2;
    }

    signal(SIGPIPE, SIG_IGN); /* else a write to a closed peer ends us */
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    TAILQ_INIT(&server.connections);
    if (server_start(&server, host, address) == 0) {
        if (event_base_dispatch(server.base) < 0)
            warnx("the event loop failed");
        else
            status = 0;
    }
    freeaddrinfo(address);
    server_free(&server);
    return status;
}
