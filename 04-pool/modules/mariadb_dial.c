#include "mariadb_dial.h"
#include "monotonic.h"
#include "resolver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Frees itself when it has called done or closed. */
struct mariadb_dial {
    struct event_base *base;
    const struct mariadb_where *wanted; /* the caller's */
    struct mariadb_route *route;        /* the caller's */
    struct resolver_lookup *lookup;     /* owned, while there is one */
    int not_started;                    /* errno, if no lookup could begin */
    struct event *limit;                /* owned: of the lookup */
    int64_t deadline;                   /* ms, of all of it */
    struct mariadb *mariadb; /* owned: to the address before `next` */
    bool closing;            /* it has failed, and is being closed */
    struct addrinfo *found;  /* owned: all addresses */
    const struct addrinfo *next;
    char words[MYSQL_ERRMSG_SIZE]; /* of the last failure */
    mariadb_connected done;
    void (*closed)(void *arg); /* set when it is cancelled */
    void *arg;                 /* of done or closed */
};

static void dial_free(struct mariadb_dial *dial)
{
    event_free(dial->limit);
    if (dial->found)
        freeaddrinfo(dial->found);
    free(dial);
}

static void succeed(struct mariadb_dial *dial)
{
    /* Again the whole of it: mariadb_kill connects with this. */
    dial->route->where.connect_timeout = dial->wanted->connect_timeout;
    dial->done(dial->mariadb, NULL, dial->arg);
    dial_free(dial);
}

static void fail(struct mariadb_dial *dial, const char *error)
{
    dial->done(NULL, error, dial->arg);
    dial_free(dial);
}

static void try_next(struct mariadb_dial *dial);

static void on_attempt_closed(void *arg)
{
    struct mariadb_dial *dial = arg;

    dial->mariadb = NULL;
    dial->closing = false;
    if (dial->closed) {
        dial->closed(dial->arg);
        dial_free(dial);
    } else {
        try_next(dial);
    }
}

static void on_open(struct mariadb *mariadb, int error, void *arg)
{
    struct mariadb_dial *dial = arg;

    if (!error) {
        succeed(dial);
        return;
    }
    snprintf(dial->words, sizeof dial->words, "%s", mariadb_error(mariadb));
    if (mariadb_error_is_servers(error)) /* another address needs no try */
        dial->next = NULL;
    dial->closing = true;
    mariadb_close(mariadb, on_attempt_closed, dial);
}

/* Returns what each address from here on may use of the time, in ms. */
static int64_t share_of_time(const struct mariadb_dial *dial)
{
    const struct addrinfo *address;
    int64_t share = dial->deadline - monotonic_ms(), count = 0;

    for (address = dial->next; address; address = address->ai_next)
        count++;
    share /= count;
    return share < 1 ? 1 : share;
}

/* Writes the next address into the route, and its share of the time. */
static void prepare_route(struct mariadb_dial *dial)
{
    struct mariadb_route *route = dial->route;
    int64_t share = share_of_time(dial);

    route->where = *dial->wanted;
    route->where.host = route->address;
    route->where.connect_timeout =
        (struct timeval){share / 1000, share % 1000 * 1000};
    if (!route->where.tls_name) /* certificates are for names */
        route->where.tls_name = dial->wanted->host;
    /* It cannot fail: the address is one, and there is room for it. */
    (void)getnameinfo(dial->next->ai_addr, dial->next->ai_addrlen,
                      route->address, sizeof route->address, NULL, 0,
                      NI_NUMERICHOST);
}

static void try_next(struct mariadb_dial *dial)
{
    if (!dial->next) {
        fail(dial, dial->words);
        return;
    }
    prepare_route(dial);
    dial->next = dial->next->ai_next;
    dial->mariadb =
        mariadb_open(dial->base, &dial->route->where, on_open, dial);
    if (!dial->mariadb)
        fail(dial, "out of memory");
}

static void cannot_resolve(struct mariadb_dial *dial, const char *why)
{
    snprintf(dial->words, sizeof dial->words, "cannot resolve '%s': %s",
             dial->wanted->host, why);
    fail(dial, dial->words);
}

static void on_resolved(int error, struct addrinfo *found, void *arg)
{
    struct mariadb_dial *dial = arg;

    dial->lookup = NULL;
    event_del(dial->limit);
    if (error) {
        cannot_resolve(dial, gai_strerror(error));
        return;
    }
    dial->found = found;
    dial->next = found;
    try_next(dial);
}

static void on_limit(evutil_socket_t fd, short events, void *arg)
{
    struct mariadb_dial *dial = arg;

    (void)fd;
    (void)events;
    resolver_cancel(dial->lookup);
    cannot_resolve(dial, dial->lookup ? "no answer in time"
                                      : strerror(dial->not_started));
}

struct mariadb_dial *mariadb_dial(struct event_base *base,
                                  const struct mariadb_where *where,
                                  struct mariadb_route *route,
                                  mariadb_connected done, void *arg)
{
    const struct timeval *limit = &where->connect_timeout;
    /* A Unix socket has no address: this one is known at once, and not used. */
    const char *host = where->unix_socket ? "127.0.0.1" : where->host;
    struct mariadb_dial *dial = calloc(1, sizeof *dial);

    if (!dial)
        return NULL;
    dial->base = base;
    dial->wanted = where;
    dial->route = route;
    dial->done = done;
    dial->arg = arg;
    dial->deadline =
        monotonic_ms() + (int64_t)limit->tv_sec * 1000 + limit->tv_usec / 1000;
    dial->limit = evtimer_new(base, on_limit, dial);
    if (!dial->limit || event_add(dial->limit, limit) < 0) {
        if (dial->limit)
            event_free(dial->limit);
        free(dial);
        return NULL;
    }
    dial->lookup =
        resolver_lookup(base, host, (uint16_t)where->port, on_resolved, dial);
    if (!dial->lookup) {
        dial->not_started = errno;
        event_active(dial->limit, EV_TIMEOUT, 0); /* takes no memory */
    }
    return dial;
}

void mariadb_dial_cancel(struct mariadb_dial *dial, void (*closed)(void *arg),
                         void *arg)
{
    dial->closed = closed;
    dial->arg = arg;
    if (!dial->mariadb) {
        resolver_cancel(dial->lookup);
        closed(arg);
        dial_free(dial);
    } else if (!dial->closing) {
        mariadb_close(dial->mariadb, on_attempt_closed, dial);
    }
}
