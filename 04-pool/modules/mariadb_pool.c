#include "mariadb_pool.h"
#include "mariadb_dial.h"
#include "mariadb_kill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One connection of the pool. */
struct connection {
    struct mariadb_server *server; /* the caller's */
    struct mariadb_dial *dial;     /* owned, while it is opening */
    struct mariadb *mariadb;       /* owned, from then on until it is closed */
    struct mariadb_route route;
    unsigned long unanswered; /* its number on the server, to kill its query */
    void (*opened)(void *connection, const char *error, void *arg);
    void *opened_arg;
    void (*closed)(void *arg);
    void *closed_arg;
};

static void on_connected(struct mariadb *mariadb, const char *error, void *arg)
{
    struct connection *connection = arg;

    connection->dial = NULL;
    connection->mariadb = mariadb;
    if (mariadb)
        connection->server->opened++;
    connection->opened(connection, error, connection->opened_arg);
}

static void *connection_open(void *arg,
                             void (*opened)(void *, const char *, void *),
                             void *opened_arg)
{
    struct mariadb_server *server = arg;
    struct connection *connection = calloc(1, sizeof *connection);

    if (!connection)
        return NULL;
    connection->server = server;
    connection->opened = opened;
    connection->opened_arg = opened_arg;
    connection->dial =
        mariadb_dial(server->base, &server->where, &connection->route,
                     on_connected, connection);
    if (!connection->dial) {
        free(connection);
        return NULL;
    }
    return connection;
}

static void on_gone(void *arg)
{
    struct connection *connection = arg;

    connection->closed(connection->closed_arg);
    free(connection);
}

/* It is gone, at the server, too. error: the query could not be killed; then
 * there is nothing more to do. */
static void on_killed(int error, void *arg)
{
    (void)error;
    on_gone(arg);
}

/* The query runs where the connection went. Its name may lead to another server
 * by now, where that number is another client's. */
static void on_close(void *arg)
{
    struct connection *connection = arg;

    if (!connection->unanswered ||
        mariadb_kill(connection->server->base, &connection->route.where,
                     connection->unanswered, on_killed, connection) < 0)
        on_gone(connection);
}

static void connection_close(void *arg, void (*closed)(void *),
                             void *closed_arg)
{
    struct connection *connection = arg;
    struct mariadb *mariadb = connection->mariadb;

    connection->closed = closed;
    connection->closed_arg = closed_arg;
    if (connection->dial) {
        mariadb_dial_cancel(connection->dial, on_gone, connection);
        return;
    }
    if (!mariadb) { /* it could not be opened */
        on_gone(connection);
        return;
    }
    if (mariadb_unanswered(mariadb))
        connection->unanswered = mysql_thread_id(mariadb_handle(mariadb));
    mariadb_close(mariadb, on_close, connection);
}

static bool connection_alive(void *arg)
{
    return mariadb_alive(((struct connection *)arg)->mariadb);
}

static bool connection_reusable(void *arg)
{
    return mariadb_reusable(((struct connection *)arg)->mariadb);
}

static void connection_cut(void *arg)
{
    mariadb_cut(((struct connection *)arg)->mariadb);
}

const struct pool_methods mariadb_pool_methods = {.open = connection_open,
                                                  .close = connection_close,
                                                  .alive = connection_alive,
                                                  .reusable =
                                                      connection_reusable,
                                                  .cut = connection_cut};

struct mariadb *mariadb_of(struct lease lease)
{
    return ((struct connection *)lease.connection)->mariadb;
}

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    return value && *value ? value : otherwise;
}

/* As the field's tools have it: for localhost, and where no host is given. */
static const char *unix_socket(const char *host)
{
    if (host && *host && strcmp(host, "localhost") != 0)
        return NULL;
    return setting("MYSQL_UNIX_PORT", NULL);
}

const char *mariadb_server_find(struct mariadb_server *server,
                                struct event_base *base)
{
    const char *port = setting("MYSQL_TCP_PORT", "3306");
    char *end;
    unsigned long number = strtoul(port, &end, 10);

    *server = (struct mariadb_server){
        .base = base,
        .where = {.host = setting("MYSQL_HOST", "127.0.0.1"),
                  .port = (unsigned)number,
                  .user = setting("MYSQL_USER", "root"),
                  .password = setting("MYSQL_PWD", ""),
                  .database = setting("MYSQL_DATABASE", NULL),
                  .connect_timeout = {10, 0},
                  .query_timeout = {30, 0}}};
    if (*end || number < 1 || number > 65535) {
        snprintf(server->words, sizeof server->words,
                 "MYSQL_TCP_PORT='%s': not a port, 1 to 65535", port);
        return server->words;
    }
    server->where.unix_socket = unix_socket(getenv("MYSQL_HOST"));
    return NULL;
}
