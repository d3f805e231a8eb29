/* load — loads an echo server, and says how fast it answered.
 *
 * Twin:   none: asyncio would be slower than the servers to be measured
 * Build:  cc -Imodules -o load load.c modules/limits.c modules/monotonic.c modules/options.c $(pkg-config --cflags --libs libevent)
 * Run:    ./load -c 50 -s 64 -d 5 127.0.0.1 8888    (there: ./server -k)
 * Prints: 48210 messages/s, then latencies and errors
 *
 * A closed loop: each connection sends a message, waits until exactly that is
 * back, checks every byte, sends the next. Bare events, not bufferevents: a
 * message costs a send, a recv and a share of an epoll_wait, as it costs the
 * leanest of servers. A slower load would measure itself.
 */
#include "limits.h"
#include "monotonic.h"
#include "options.h"

#include <err.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SHIFTS = 65521,    /* a prime: so many contents can a message have */
    BUCKETS = 1 << 14, /* of the histogram of latencies */
};

/* Owns all below; lives in main. Times are nanoseconds. */
struct load {
    const char *host, *port, *clear; /* clear: the progress line; or "" */
    struct addrinfo *address;
    double seconds;
    size_t size;            /* of a message: … */
    unsigned char *pattern; /* … so many bytes of this */
    unsigned char *scratch; /* what the last recv brought */
    struct event_base *base;
    struct event tick, interrupt;
    struct connection *connections;
    size_t live;          /* connections not failed */
    int64_t start, since; /* of the warm-up; of measuring, or 0 */
    int64_t slowest;
    uint64_t measured, all, errors, buckets[BUCKETS];
};

/* Owned by the load, in an array; owns its descriptor. The events are within,
 * not behind pointers: there is one object less to fetch for each message. */
struct connection {
    struct load *load;
    struct event readable, writable;
    int fd;                    /* -1: closed; 0: not yet opened */
    const unsigned char *text; /* the message now on its way */
    size_t sent, received;     /* of it */
    uint64_t messages;
    int64_t sent_at;
};

/* A latency's bucket is the upper bits of it as a float: 1.6 % wide. */
union bucket {
    float latency;
    uint32_t bits;
};

static void record(struct load *load, int64_t latency)
{
    load->measured++;
    load->buckets[(union bucket){(float)latency}.bits >> 17]++;
    if (latency > load->slowest)
        load->slowest = latency;
}

/* The latency, in µs, that this share of the messages did not exceed. */
static double percentile(const struct load *load, double share)
{
    double rest = share * (double)load->measured;
    union bucket bucket = {.bits = 0};

    for (size_t i = 0; i < BUCKETS && rest > 0; bucket.bits += 1 << 17)
        rest -= (double)load->buckets[i++];
    return (double)bucket.latency / 1e3;
}

static void connection_close(struct connection *connection)
{
    if (connection->fd <= 0) /* never opened, or closed before */
        return;
    event_del(&connection->readable);
    event_del(&connection->writable);
    close(connection->fd);
    connection->fd = -1;
}

/* Counts an error, of which the first is told, and closes the connection; the
 * loop ends with the last. */
static void fail(struct connection *connection, const char *why)
{
    struct load *load = connection->load;

    if (load->errors++ == 0)
        fprintf(stderr, "%sload: %s port %s: %s\n", load->clear, load->host,
                load->port, why);
    connection_close(connection);
    if (--load->live == 0)
        event_base_loopbreak(load->base);
}

/* Sends what the socket takes; the rest when it takes more. */
static void on_writable(evutil_socket_t fd, short events, void *arg)
{
    struct connection *connection = arg;
    size_t rest = connection->load->size - connection->sent;
    ssize_t n =
        send(fd, connection->text + connection->sent, rest, MSG_NOSIGNAL);

    (void)events;
    if (n > 0)
        connection->sent += (size_t)n;
    if (n < 0 && errno != EAGAIN)
        fail(connection, strerror(errno));
    else if (n < (ssize_t)rest && event_add(&connection->writable, NULL) < 0)
        fail(connection, "out of memory");
}

/* Sends a message. Its content is neither that of the one before nor that of
 * a neighbour's: a server that mixes them up is found out. */
static void next_message(struct connection *connection)
{
    struct load *load = connection->load;
    uint64_t shift = (uint64_t)(connection - load->connections) * 7919;

    shift = (shift + ++connection->messages) % SHIFTS;
    connection->text = load->pattern + shift;
    connection->sent = connection->received = 0;
    connection->sent_at = monotonic_ns();
    on_writable(connection->fd, EV_WRITE, connection);
}

/* Checks what came. A byte more than is due is asked for: what was never sent
 * must not come back. */
static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    struct connection *connection = arg;
    struct load *load = connection->load;
    const unsigned char *due = connection->text + connection->received;
    size_t rest = load->size - connection->received;
    ssize_t n = recv(fd, load->scratch, rest + 1, 0);

    (void)events;
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        fail(connection, n == 0 ? "closed by the server" : strerror(errno));
    } else if (n > (ssize_t)(connection->sent - connection->received)) {
        fail(connection, "more came back than was sent");
    } else if (memcmp(load->scratch, due, (size_t)n) != 0) {
        fail(connection, "a wrong byte came back");
    } else if ((connection->received += (size_t)n) == load->size) {
        load->all++;
        if (load->since)
            record(load, monotonic_ns() - connection->sent_at);
        next_message(connection);
    }
}

/* Connects and has one byte echoed: only then has the server accepted it, so that
 * the backlog is never overrun. Blocking, for there is nothing else to do yet.
 * Returns the descriptor, which blocks no longer; on failure returns -1, and
 * `why` is the reason. */
static int connect_and_try(const struct addrinfo *to, const char **why)
{
    const struct timeval timeout = {10, 0};
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    char x = 0;

    if (fd < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0 ||
        connect(fd, to->ai_addr, to->ai_addrlen) < 0 ||
        send(fd, "x", 1, MSG_NOSIGNAL) < 0 || recv(fd, &x, 1, 0) < 0 ||
        evutil_make_socket_nonblocking(fd) < 0)
        *why = strerror(errno);
    else if (x != 'x')
        *why = "is no echo server";
    else
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Opens a connection. A failure is told, and counted. */
static void connection_open(struct connection *connection, struct load *load)
{
    const char *why = NULL;

    connection->load = load;
    load->live++;
    connection->fd = connect_and_try(load->address, &why);
    if (connection->fd < 0) {
        fail(connection, why);
        return;
    }
    event_assign(&connection->readable, load->base, connection->fd,
                 EV_READ | EV_PERSIST, on_readable, connection);
    event_assign(&connection->writable, load->base, connection->fd, EV_WRITE,
                 on_writable, connection);
    if (event_add(&connection->readable, NULL) < 0)
        fail(connection, strerror(errno));
}

/* Every 10 ms, and on a signal: begins to measure, and ends it, in time. */
static void on_tick(evutil_socket_t fd, short events, void *arg)
{
    struct load *load = arg;
    double past =
        (double)(monotonic_ns() - load->start) / 1e9 - load->seconds / 10;

    (void)fd;
    if (*load->clear)
        fprintf(stderr, "%s%.1f of %g s", load->clear, past, load->seconds);
    if (past >= load->seconds || events & EV_SIGNAL)
        event_base_loopbreak(load->base);
    else if (past >= 0 && !load->since)
        load->since = monotonic_ns();
}

/* A message still on its way has waited, too; one that nothing came back of in
 * all the time measured is an error. Else a server that forgets a connection
 * would look quick. */
static void count_unanswered(struct load *load, size_t count, int64_t end)
{
    for (struct connection *c = load->connections, *behind = c + count;
         load->since && c < behind; c++) {
        if (c->fd >= 0 && end - c->sent_at > load->slowest)
            load->slowest = end - c->sent_at;
        if (c->fd >= 0 && c->sent_at < load->since && c->received == 0)
            fail(c, "never answered");
    }
}

/* Opens the connections, loads the server, reports. Returns main's status. */
static int run(struct load *load, size_t count)
{
    const struct timeval tick = {0, 10000};
    uint32_t random = 1;
    int64_t end;
    double seconds;

    for (size_t i = 0; i < load->size + SHIFTS; i++) {
        random = random * 1664525 + 1013904223;
        load->pattern[i] = (unsigned char)(random >> 24);
    }
    for (size_t i = 0; i < count && load->errors == 0; i++)
        connection_open(&load->connections[i], load);
    if (load->errors > 0)
        return 1;
    load->start = monotonic_ns();
    for (size_t i = 0; i < count; i++)
        next_message(&load->connections[i]);
    event_assign(&load->tick, load->base, -1, EV_PERSIST, on_tick, load);
    evsignal_assign(&load->interrupt, load->base, SIGINT, on_tick, load);
    if (event_add(&load->tick, &tick) < 0 ||
        event_add(&load->interrupt, NULL) < 0 ||
        (load->live > 0 && event_base_dispatch(load->base) < 0))
        warnx("the event loop failed");
    event_del(&load->tick);
    event_del(&load->interrupt);
    end = monotonic_ns();
    seconds = load->since ? (double)(end - load->since) / 1e9 : 1;
    count_unanswered(load, count, end);
    printf("%s%.0f messages/s\nlatency  p50 %.1f  p99 %.1f  max %.1f µs\n"
           "errors   %" PRIu64 " in %" PRIu64 " messages\n",
           load->clear, (double)load->measured / seconds, percentile(load, 0.5),
           percentile(load, 0.99), (double)load->slowest / 1e3, load->errors,
           load->all);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        warn("cannot write the result");
        return 1;
    }
    return load->errors > 0 || load->measured == 0;
}

static const char usage[] =
    "usage: load [-c CONNECTIONS] [-s BYTES] [-d SECONDS] [-h] HOST PORT\n";
static const char help[] =
    "Loads an echo server, checks every byte, says how fast it answered.\n"
    "  -c CONNECTIONS  at once, each with one message on its way (1)\n"
    "  -s BYTES        of each message (64)\n"
    "  -d SECONDS      to measure, after a tenth of it to warm up (5)\n"
    "  -h, --help      print this\n"
    "HOST is an address, not a name. Exit status: 1 if there was any error.\n";

int main(int argc, char **argv)
{
    static const struct option long_options[] = {{"help", 0, NULL, 'h'}, {0}};
    struct load load = {.seconds = 5};
    double count = 1, size = 64;
    int option, status = 1;
    char *end;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "+c:s:d:h", long_options, NULL)) >
           0) {
        double *value = option == 'c'   ? &count
                        : option == 's' ? &size
                                        : &load.seconds;

        if (option == 'h')
            return printf("%s%s", usage, help) < 0 || fflush(stdout);
        if (option == '?')
            break;
        *value = strtod(optarg, &end);
        if (end == optarg || *end || !(*value > 0 && *value <= 1e8) ||
            (option != 'd' && *value != (double)(long)*value)) {
            warnx("-%c '%s': not a%s number up to 100000000", option, optarg,
                  option == 'd' ? "" : " whole");
            return 2;
        }
    }
    if (option != -1 || argc - optind != 2) {
        fprintf(stderr, "load: missing, wrong or too much: '%s': %s",
                option == -1 ? argv[argc - 1] : options_refused(option, argv),
                usage);
        return 2;
    }
    load.host = argv[optind];
    load.port = argv[optind + 1];
    if (strtol(load.port, &end, 10) <= 65535 && !*end)
        load.address = options_address(load.host, load.port);
    if (!load.address) {
        warnx("'%s' port '%s': not an address and a port", load.host,
              load.port);
        return 2;
    }
    limits_raise_descriptors();
    load.clear = isatty(STDERR_FILENO) ? "\r\033[K" : "";
    load.size = (size_t)size;
    load.pattern = malloc(load.size + SHIFTS);
    load.scratch = malloc(load.size + 1);
    load.connections = calloc((size_t)count, sizeof *load.connections);
    load.base = event_base_new();
    if (load.pattern && load.scratch && load.connections && load.base)
        status = run(&load, (size_t)count);
    else
        warnx("cannot start: out of memory or descriptors");
    for (size_t i = 0; load.connections && i < (size_t)count; i++)
        connection_close(&load.connections[i]);
    if (load.base)
        event_base_free(load.base);
    free(load.connections);
    free(load.scratch);
    free(load.pattern);
    freeaddrinfo(load.address);
    libevent_global_shutdown();
    return status;
}
