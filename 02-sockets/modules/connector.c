#include "connector.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct timeval at_once = {0, 0};
static const struct timeval attempt_delay = {0, 250000}; /* RFC 8305, 8. */

/* One address. */
struct attempt {
    struct connector *connector;
    struct sockaddr_storage address;
    socklen_t length;
    struct event *connected; /* owned, with its socket; NULL: not under way */
};

/* Frees itself before it calls `done`. */
struct connector {
    struct event_base *base; /* the caller's */
    struct event *deadline;
    struct event *next_attempt;
    struct resolver_lookup *lookup; /* while resolving */
    struct attempt *attempts;       /* owned: `count` of them */
    size_t count, started, under_way;
    int error; /* errno of the most telling failure */
    connector_done *done;
    void *arg;
};

/* Ends an attempt, and returns its socket. */
static evutil_socket_t take_socket(struct attempt *attempt)
{
    evutil_socket_t fd = event_get_fd(attempt->connected);

    event_free(attempt->connected);
    attempt->connected = NULL;
    attempt->connector->under_way--;
    return fd;
}

void connector_cancel(struct connector *connector)
{
    size_t i;

    if (!connector)
        return;
    resolver_cancel(connector->lookup);
    for (i = 0; i < connector->started; i++) {
        if (connector->attempts[i].connected)
            close(take_socket(&connector->attempts[i]));
    }
    if (connector->next_attempt)
        event_free(connector->next_attempt);
    if (connector->deadline)
        event_free(connector->deadline);
    free(connector->attempts);
    free(connector);
}

/* Frees all but fd, and hands that over. */
static void succeed(struct connector *connector, evutil_socket_t fd)
{
    connector_done *done = connector->done;
    void *arg = connector->arg;

    connector_cancel(connector);
    done(fd, NULL, arg);
}

static void fail(struct connector *connector, const char *action,
                 const char *reason)
{
    const struct connector_failure failure = {action, reason};
    connector_done *done = connector->done;
    void *arg = connector->arg;

    connector_cancel(connector);
    done(-1, &failure, arg);
}

/* How much an error tells about the host: it has answered; maybe; nothing,
 * since this machine has no way there. */
static int weight(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return 3;
    case 0:
        return 0;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case ENETUNREACH:
        return 1;
    default:
        return 2;
    }
}

static void note_error(struct connector *connector, int error)
{
    if (weight(error) > weight(connector->error))
        connector->error = error;
}

static void on_connected(evutil_socket_t fd, short events, void *arg);

/* Starts to connect. Returns false if that has failed already. */
static bool start_attempt(struct attempt *attempt)
{
    struct connector *connector = attempt->connector;
    const struct sockaddr *address = (struct sockaddr *)&attempt->address;
    int fd = socket(address->sa_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd >= 0 &&
        (connect(fd, address, attempt->length) == 0 || errno == EINPROGRESS)) {
        attempt->connected =
            event_new(connector->base, fd, EV_WRITE, on_connected, attempt);
        connector->under_way += attempt->connected != NULL;
        if (attempt->connected && event_add(attempt->connected, NULL) == 0)
            return true;
        errno = ENOMEM;
    }
    note_error(connector, errno);
    if (attempt->connected)
        take_socket(attempt);
    if (fd >= 0)
        close(fd);
    return false;
}

/* Starts the next attempt that can be started, and plans the one after it. If
 * none is under way, fails. */
static void start_next(struct connector *connector)
{
    bool begun = false;

    event_del(connector->next_attempt);
    while (!begun && connector->started < connector->count)
        begun = start_attempt(&connector->attempts[connector->started++]);
    if (connector->under_way == 0)
        fail(connector, "connect to", strerror(connector->error));
    else if (connector->started < connector->count &&
             evtimer_add(connector->next_attempt, &attempt_delay) < 0)
        fail(connector, "connect to", strerror(ENOMEM));
}

/* Writable: the attempt is over, and the socket's error tells how. */
static void on_connected(evutil_socket_t fd, short events, void *arg)
{
    struct attempt *attempt = arg;
    struct connector *connector = attempt->connector;
    int error = 0;
    socklen_t length = sizeof error;

    (void)events;
    take_socket(attempt);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        error = errno;
    if (error == 0) {
        succeed(connector, fd);
    } else {
        close(fd);
        note_error(connector, error);
        start_next(connector);
    }
}

static void on_next_attempt(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    start_next(arg);
}

/* Returns the first one, from here on, that is of the family, or is not. */
static const struct addrinfo *skip_to(const struct addrinfo *from, int family,
                                      bool of_it)
{
    while (from && (from->ai_family == family) != of_it)
        from = from->ai_next;
    return from;
}

/* Copies the addresses: by turns one of the first one's family and one of the
 * others, as long as there are both. Returns false without memory. */
static bool interleave(struct connector *connector,
                       const struct addrinfo *found)
{
    const int family = found->ai_family;
    const struct addrinfo *next[2] = {found, skip_to(found, family, false)};
    const struct addrinfo *address;
    size_t i, turn;

    for (address = found; address; address = address->ai_next)
        connector->count++;
    connector->attempts = calloc(connector->count, sizeof(struct attempt));
    for (i = 0; connector->attempts && (next[0] || next[1]); i++) {
        struct attempt *attempt = &connector->attempts[i];

        turn = next[i % 2] ? i % 2 : 1 - i % 2;
        address = next[turn];
        next[turn] = skip_to(address->ai_next, family, turn == 0);
        attempt->connector = connector;
        attempt->length = address->ai_addrlen;
        memcpy(&attempt->address, address->ai_addr, address->ai_addrlen);
    }
    return connector->attempts;
}

static void on_resolved(int error, struct addrinfo *found, void *arg)
{
    struct connector *connector = arg;

    connector->lookup = NULL;
    if (error == EAI_NONAME)
        fail(connector, "connect to", "unknown host");
    else if (error)
        fail(connector, "resolve", gai_strerror(error));
    else if (!interleave(connector, found))
        fail(connector, "connect to", strerror(ENOMEM));
    else
        start_next(connector);
    if (found)
        freeaddrinfo(found);
}

static void on_deadline(evutil_socket_t fd, short events, void *arg)
{
    struct connector *connector = arg;

    (void)fd;
    (void)events;
    fail(connector, connector->lookup ? "resolve" : "connect to", "timed out");
}

/* Makes one whose deadline is running. Returns NULL without memory. */
static struct connector *connector_new(struct event_base *base,
                                       const struct timeval *timeout,
                                       connector_done *done, void *arg)
{
    struct connector *connector = calloc(1, sizeof *connector);

    if (!connector)
        return NULL;
    connector->base = base;
    connector->done = done;
    connector->arg = arg;
    connector->deadline = evtimer_new(base, on_deadline, connector);
    connector->next_attempt = evtimer_new(base, on_next_attempt, connector);
    if (connector->deadline && connector->next_attempt &&
        evtimer_add(connector->deadline, timeout) == 0)
        return connector;
    connector_cancel(connector);
    errno = ENOMEM;
    return NULL;
}

struct connector *connector_start(struct event_base *base, const char *host,
                                  uint16_t port, const struct timeval *timeout,
                                  connector_done *done, void *arg)
{
    struct connector *connector = connector_new(base, timeout, done, arg);
    int error;

    if (!connector)
        return NULL;
    connector->lookup =
        resolver_lookup(base, host, port, on_resolved, connector);
    if (connector->lookup)
        return connector;
    error = errno;
    connector_cancel(connector);
    errno = error;
    return NULL;
}

struct connector *connector_race(struct event_base *base,
                                 const struct addrinfo *addresses,
                                 const struct timeval *timeout,
                                 connector_done *done, void *arg)
{
    struct connector *connector = connector_new(base, timeout, done, arg);

    if (!connector)
        return NULL;
    if (interleave(connector, addresses) &&
        evtimer_add(connector->next_attempt, &at_once) == 0)
        return connector;
    connector_cancel(connector);
    errno = ENOMEM;
    return NULL;
}
