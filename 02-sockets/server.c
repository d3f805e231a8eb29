/* server — an echo server on bufferevents, to be copied.
 *
 * Twin:   server.py (asyncio.start_server, StreamReader, StreamWriter, drain)
 * Build:  cc -Imodules -o server server.c modules/transcript.c $(pkg-config --cflags --libs libevent)
 * Run:    ./server            then, elsewhere: ./client 127.0.0.1 8888 hello
 * Prints: Received hello from ('127.0.0.1', 40312)
 *
 * Each connection: read up to 1024 bytes once, print them, echo them, wait
 * until they are flushed, close politely. With -k: echo until the client
 * closes, print nothing. What most samples leave out is here: SIGPIPE,
 * half-close, back-pressure, idle and stuck peers, want of descriptors and of
 * memory, a close that is no reset, a clean stop, a terminal-safe transcript.
 * What it lacks: a reader of stdout that stalls, stalls the loop with it.
 */
#include "transcript.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <getopt.h>
#include <linux/sockios.h>
#include <locale.h>
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
#include <time.h>
#include <unistd.h>

enum {
    MESSAGE_MAX = 1024,        /* bytes: what one read takes */
    OUTPUT_HIGH = 256 * 1024,  /* bytes owed to a peer: stop reading above, */
    OUTPUT_LOW = 64 * 1024,    /* read again below */
    DISCARD_MAX = 1024 * 1024, /* bytes thrown away before we cut it short */
};
static const struct timeval grace = {5, 0}; /* for a goodbye, for our stop */
static const struct timeval a_second = {1, 0};
static const struct timeval a_moment = {0, 50000};

/* Owns all below; lives in main. */
struct server {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *signals[2]; /* SIGINT, SIGTERM */
    struct event *pause;      /* pending: accept nobody till it is due; when
                                 stopping: the next look at who is left */
    TAILQ_HEAD(, connection) connections;
    long count, max; /* connections now, and at most (0: no limit) */
    struct timeval idle;
    bool keep_open, stopping;
};

/* Owned by the server, from on_accept to connection_free. */
struct connection {
    struct server *server;
    struct bufferevent *bev; /* owned; closes the descriptor */
    TAILQ_ENTRY(connection) link;
    char peer[TRANSCRIPT_PEER_MAX];
    bool eof;         /* the peer has sent all it will */
    bool closing;     /* nothing more to write: goodbye once it is flushed */
    bool shut;        /* we have shut our half, and wait for the peer's … */
    time_t until;     /* … till then */
    size_t discarded; /* bytes read after the message */
};

/* Lets new peers in, unless something speaks against it. Without the memory
 * for that, it is tried again in a second. */
static void accept_more(struct server *server)
{
    bool full = server->max > 0 && server->count >= server->max;

    if (server->stopping || full || evtimer_pending(server->pause, NULL))
        evconnlistener_disable(server->listener);
    else if (evconnlistener_enable(server->listener) < 0)
        evtimer_add(server->pause, &a_second);
}

/* Frees the connection; its descriptor closes one pass of the loop later.
 * Makes room for a new peer; ends a stopping server's loop with the last. */
static void connection_free(struct connection *connection)
{
    struct server *server = connection->server;

    TAILQ_REMOVE(&server->connections, connection, link);
    bufferevent_free(connection->bev);
    free(connection);
    server->count--;
    accept_more(server);
    if (server->stopping && server->count == 0)
        event_base_loopbreak(server->base);
}

/* Seconds of a clock that nobody sets. */
static time_t seconds(void)
{
    struct timespec time = {0};

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

/* To be called after a write, which does not tell if there was no memory for its
 * event; nor does bufferevent_socket_new, if there was none for what would ask
 * for that event. Asks for it once more, and tells. */
static bool is_being_written(struct bufferevent *bev)
{
    return bufferevent_enable(bev, EV_WRITE) == 0;
}

/* Once the output is empty: shuts our half and waits for the peer's, because
 * a close with input unread is a reset, which can destroy the echo on its way.
 * When we stop, a peer that has confirmed all of it is not waited for: then
 * this is called again and again. May free the connection. */
static void say_goodbye(struct connection *connection)
{
    struct bufferevent *bev = connection->bev;
    bool stopping = connection->server->stopping;
    int fd = bufferevent_getfd(bev), on_its_way = 0;

    if ((connection->shut && !stopping) ||
        evbuffer_get_length(bufferevent_get_output(bev)) > 0)
        return;
    (void)ioctl(fd, SIOCOUTQ, &on_its_way);
    if (connection->eof || (stopping && on_its_way == 0) ||
        shutdown(fd, SHUT_WR) < 0) {
        connection_free(connection);
        return;
    }
    connection->shut = true;
    connection->until = seconds() + grace.tv_sec;
    bufferevent_set_timeouts(bev, &grace, NULL);
    if (bufferevent_enable(bev, EV_READ) < 0)
        connection_free(connection);
}

/* Reads and throws away, within bounds: till the peer closes, too. */
static void discard(struct connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->bev);

    connection->discarded += evbuffer_get_length(input);
    evbuffer_drain(input, evbuffer_get_length(input));
    if (!connection->server->stopping && /* that has a bound of its own */
        (connection->discarded > DISCARD_MAX ||
         (connection->shut && seconds() >= connection->until)))
        connection_free(connection);
    else
        say_goodbye(connection);
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
        !is_being_written(connection->bev))
        connection_free(connection); /* no memory: this peer goes */
    else
        discard(connection); /* no write callback follows an empty write */
}

/* With -k. All input becomes output. With too much of it on hand we stop
 * reading: the peer's window fills and it has to wait. That is `await drain()`;
 * libevent itself stores a high-water mark for writing and ignores it. */
static void echo(struct connection *connection)
{
    struct bufferevent *bev = connection->bev;

    if (bufferevent_write_buffer(bev, bufferevent_get_input(bev)) < 0 ||
        !is_being_written(bev)) {
        connection_free(connection);
    } else if (evbuffer_get_length(bufferevent_get_output(bev)) > OUTPUT_HIGH) {
        bufferevent_disable(bev, EV_READ);
        bufferevent_setwatermark(bev, EV_WRITE, OUTPUT_LOW, 0);
    }
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;

    (void)bev;
    if (connection->closing)
        discard(connection);
    else if (connection->server->keep_open)
        echo(connection);
    else
        answer_once(connection);
}

/* The output has fallen to its low-water mark. Reading again redelivers
 * nothing that is in the input already, but echo() leaves nothing there. */
static void on_written(struct bufferevent *bev, void *arg)
{
    struct connection *connection = arg;

    if (connection->closing) {
        say_goodbye(connection);
    } else if (!(bufferevent_get_enabled(bev) & EV_READ)) {
        bufferevent_setwatermark(bev, EV_WRITE, 0, 0);
        if (bufferevent_enable(bev, EV_READ) < 0)
            connection_free(connection);
    }
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct connection *connection = arg;

    if (what & BEV_EVENT_EOF) { /* a half-close: we still owe the output */
        connection->eof = true;
        if (connection->shut) {
            connection_free(connection);
        } else if (connection->server->keep_open || connection->closing) {
            connection->closing = true;
            bufferevent_setwatermark(bev, EV_WRITE, 0, 0);
            say_goodbye(connection);
        } else {
            answer_once(connection); /* it said nothing: Python's b"" */
        }
    } else if (what == (BEV_EVENT_TIMEOUT | BEV_EVENT_READING) &&
               evbuffer_get_length(bufferevent_get_output(bev)) > 0 &&
               bufferevent_enable(bev, EV_READ) == 0) {
        return; /* silent, but taking its output: it may go on */
    } else {
        connection_free(connection); /* reset, idle, stuck */
    }
}

/* A new peer. Want of memory costs this one its connection, not the server. */
static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
                      struct sockaddr *address, int length, void *arg)
{
    struct server *server = arg;
    struct connection *connection = calloc(1, sizeof *connection);
    int on = 1;

    (void)listener;
    (void)length;
    if (connection)
        connection->bev =
            bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!connection || !connection->bev) {
        fputs("server: out of memory: one connection dropped\n", stderr);
        free(connection);
        close(fd);
        return;
    }
    connection->server = server;
    transcript_peer(address, connection->peer, sizeof connection->peer);
    TAILQ_INSERT_TAIL(&server->connections, connection, link);
    server->count++;
    accept_more(server);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bufferevent_setcb(connection->bev, on_readable, on_written, on_event,
                      connection);
    bufferevent_set_timeouts(connection->bev, &server->idle, &server->idle);
    if (bufferevent_enable(connection->bev, EV_READ | EV_WRITE) < 0)
        connection_free(connection);
}

/* No new input, but what is owed is flushed. Nothing tells when a peer has
 * confirmed the last byte, so we look again. */
static void stop_connections(struct server *server)
{
    struct connection *connection, *next;

    (void)evtimer_add(server->pause, &a_moment);
    for (connection = TAILQ_FIRST(&server->connections); connection;
         connection = next) {
        next = TAILQ_NEXT(connection, link);
        bufferevent_setwatermark(connection->bev, EV_WRITE, 0, 0);
        connection->closing = true;
        say_goodbye(connection);
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
        accept_more(server);
}

/* accept() failed. Out of descriptors, the listening socket stays readable and
 * the loop would spin: pause, and try again in a second. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    struct server *server = arg;

    (void)listener;
    fprintf(stderr, "server: cannot accept: %s: pausing for 1 s\n",
            evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    evtimer_add(server->pause, &a_second);
    accept_more(server);
}

/* SIGINT, SIGTERM: no new peers, and the others soon are none. */
static void on_signal(evutil_socket_t number, short events, void *arg)
{
    struct server *server = arg;

    (void)number;
    (void)events;
    server->stopping = true;
    accept_more(server);
    if (server->count == 0 || event_base_loopexit(server->base, &grace) < 0)
        event_base_loopbreak(server->base);
    stop_connections(server);
}

/* Makes the base, watches for signals, listens, says where on stderr. Returns
 * 0, or -1 with the reason said; server_free undoes it in both cases. */
static int server_start(struct server *server, const char *host,
                        const struct addrinfo *address)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    bool ipv6 = address->ai_family == AF_INET6;
    unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
                     LEV_OPT_REUSEABLE | (ipv6 ? LEV_OPT_BIND_IPV6ONLY : 0);
    struct sockaddr_in6 in6; /* a sockaddr_in has its port in the same place */
    socklen_t length = sizeof in6;

    server->base = event_base_new();
    if (server->base)
        server->pause = evtimer_new(server->base, on_pause_over, server);
    for (int i = 0; i < 2; i++) {
        if (server->pause)
            server->signals[i] =
                evsignal_new(server->base, numbers[i], on_signal, server);
        if (!server->signals[i] || event_add(server->signals[i], NULL) < 0) {
            fputs("server: cannot start: out of memory or descriptors\n",
                  stderr);
            return -1;
        }
    }
    server->listener = evconnlistener_new_bind(
        server->base, on_accept, server, flags, SOMAXCONN, address->ai_addr,
        (int)address->ai_addrlen);
    /* Enabled once more: _new_bind does not tell that it could not. */
    if (!server->listener || evconnlistener_enable(server->listener) < 0 ||
        getsockname(evconnlistener_get_fd(server->listener),
                    (struct sockaddr *)&in6, &length) < 0) {
        memcpy(&in6, address->ai_addr, address->ai_addrlen);
        fprintf(stderr, "server: cannot listen on %s port %u: %s\n", host,
                ntohs(in6.sin6_port), strerror(errno));
        return -1;
    }
    evconnlistener_set_error_cb(server->listener, on_accept_error);
    fprintf(stderr, "server: listening on %s%s%s:%u\n", ipv6 ? "[" : "", host,
            ipv6 ? "]" : "", ntohs(in6.sin6_port));
    return 0;
}

/* Frees what is there, in the order libevent wants: connections, listener,
 * events, a pass in which bufferevents close their descriptors, the base. */
static void server_free(struct server *server)
{
    if (server->count > 0)
        fprintf(stderr, "server: gave up on %ld peers\n", server->count);
    while (!TAILQ_EMPTY(&server->connections))
        connection_free(TAILQ_FIRST(&server->connections));
    if (server->listener)
        evconnlistener_free(server->listener);
    if (server->pause)
        event_free(server->pause);
    for (int i = 0; i < 2; i++) {
        if (server->signals[i])
            event_free(server->signals[i]);
    }
    if (server->base) {
        event_base_loop(server->base, EVLOOP_NONBLOCK);
        event_base_free(server->base);
    }
    libevent_global_shutdown();
}

/* Reads a whole number from 0 to max, or says what is wrong with it. */
static bool parse_number(const char *option, const char *text, long max,
                         long *number)
{
    char *end;

    errno = 0;
    *number = strtol(text, &end, 10);
    if (errno == 0 && end != text && !*end && *number >= 0 && *number <= max)
        return true;
    fprintf(stderr, "server: %s '%s': not a number from 0 to %ld\n", option,
            text, max);
    return false;
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
    static const struct option longer[] = {
        {"keep-open", 0, NULL, 'k'}, {"help", 0, NULL, 'h'}, {0}};
    const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST,
                                     .ai_socktype = SOCK_STREAM};
    const char *host = "127.0.0.1", *port = "8888";
    struct server server = {.idle = {60, 0}};
    struct addrinfo *address;
    struct rlimit limit;
    int option, status = 1;
    long number;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "a:p:kt:m:h", longer, NULL)) > 0) {
        bool good = true;

        if (option == 'a')
            host = optarg;
        else if (option == 'p')
            good = parse_number("-p", port = optarg, 65535, &number);
        else if (option == 't')
            good = parse_number("-t", optarg, 1000000, &server.idle.tv_sec);
        else if (option == 'm')
            good = parse_number("-m", optarg, 1000000, &server.max);
        else if (option == 'k')
            server.keep_open = true;
        else if (option == 'h')
            return printf("%s%s", usage, help) < 0 || fflush(stdout);
        else
            break; /* optind is behind it */
        if (!good)
            return 2;
    }
    if (option != -1 || optind < argc) {
        fprintf(stderr, "server: unexpected, or without its value: '%s': %s",
                argv[option == -1 ? optind : optind - 1], usage);
        return 2;
    }
    if (getaddrinfo(host, port, &numeric, &address) != 0) {
        fprintf(stderr, "server: -a '%s': not a numeric IPv4 or IPv6 address\n",
                host);
        return 2;
    }

    setlocale(LC_CTYPE, "C.UTF-8");   /* for the transcript */
    setvbuf(stdout, NULL, _IOLBF, 0); /* line by line, also into a pipe */
    signal(SIGPIPE, SIG_IGN); /* else a write to a closed peer ends us */
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    TAILQ_INIT(&server.connections);
    if (server_start(&server, host, address) == 0) {
        if (event_base_dispatch(server.base) < 0)
            fputs("server: the event loop failed\n", stderr);
        else if (fflush(stdout) != 0 || ferror(stdout))
            fputs("server: cannot write the transcript\n", stderr);
        else
            status = 0;
    }
    freeaddrinfo(address);
    server_free(&server);
    return status;
}
