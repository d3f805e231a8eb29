/* pool — borrow a connection, run a query, give it back, close the pool.
 *
 * Twin:   pool.py (aiomysql.create_pool, acquire, cursor, close, wait_closed)
 * Build:  cc -o pool pool.c connection_pool.c waiters.c mariadb_async.c $(pkg-config --cflags --libs libevent libmariadb)
 * Run:    ../scripts/with-mariadb ./pool
 * Prints: ('10.11.19-MariaDB-0+deb12u1',)
 *
 * MYSQL_HOST (127.0.0.1), MYSQL_TCP_PORT (3306), MYSQL_USER (root), MYSQL_PWD
 * and MYSQL_DATABASE (both empty) say which server. What `async with` and
 * `await` do in the twin, is here a chain of callbacks, top to bottom.
 */
#include "connection_pool.h"
#include "mariadb_async.h"

#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Lives in main. */
struct app {
    struct event_base *base;
    struct mariadb_where where;
    struct pool *pool;
    struct lease lease; /* .connection is NULL when we have none */
    int status;
};

/* One connection of the pool, as struct pool_methods wants it. */
struct connection {
    struct mariadb *mariadb;
    void (*opened)(void *connection, const char *error, void *arg);
    void *opened_arg;
    void (*closed)(void *arg);
    void *closed_arg;
};

static void on_open(struct mariadb *mariadb, int error, void *arg)
{
    struct connection *connection = arg;

    connection->opened(connection, error ? mariadb_error(mariadb) : NULL,
                       connection->opened_arg);
}

static void *connection_open(void *arg,
                             void (*opened)(void *, const char *, void *),
                             void *opened_arg)
{
    struct app *app = arg;
    struct connection *connection = calloc(1, sizeof *connection);

    if (!connection)
        return NULL;
    connection->opened = opened;
    connection->opened_arg = opened_arg;
    connection->mariadb =
        mariadb_open(app->base, &app->where, on_open, connection);
    if (!connection->mariadb) {
        free(connection);
        return NULL;
    }
    return connection;
}

static void on_close(void *arg)
{
    struct connection *connection = arg;

    connection->closed(connection->closed_arg);
    free(connection);
}

static void connection_close(void *arg, void (*closed)(void *),
                             void *closed_arg)
{
    struct connection *connection = arg;

    connection->closed = closed;
    connection->closed_arg = closed_arg;
    mariadb_close(connection->mariadb, on_close, connection);
}

static bool connection_alive(void *arg)
{
    return mariadb_alive(((struct connection *)arg)->mariadb);
}

static bool connection_reusable(void *arg)
{
    return mariadb_reusable(((struct connection *)arg)->mariadb);
}

static const struct pool_methods methods = {
    .open = connection_open,
    .close = connection_close,
    .alive = connection_alive,
    .reusable = connection_reusable,
};

/* await pool.wait_closed() is done: nothing is left, so the loop ends. */
static void on_closed(void *arg)
{
    struct app *app = arg;

    pool_free(app->pool);
    app->pool = NULL;
}

/* The end of `async with pool.acquire()`, then pool.close(), wait_closed(). */
static void give_back(struct app *app, int status)
{
    app->status = status;
    if (app->lease.connection)
        pool_release(app->pool, app->lease);
    app->lease.connection = NULL;
    pool_close(app->pool, on_closed, app);
}

/* Prints a text as Python's repr does, as far as quotes and backslashes go. */
static void print_quoted(const char *text)
{
    char quote = strchr(text, '\'') && !strchr(text, '"') ? '"' : '\'';

    putchar(quote);
    for (; *text; text++) {
        if (*text == quote || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar(quote);
}

/* await cursor.fetchone() */
static void on_row(struct mariadb *mariadb, int error, void *arg)
{
    struct app *app = arg;
    MYSQL_RES *result = mariadb_result(mariadb);
    MYSQL_ROW row = result ? mysql_fetch_row(result) : NULL;

    if (error || !row || !row[0]) {
        fprintf(stderr, "pool: the query failed: %s\n",
                error ? mariadb_error(mariadb) : "no row came");
        give_back(app, 1);
        return;
    }
    putchar('(');
    print_quoted(row[0]);
    puts(",)");
    give_back(app, 0);
}

/* async with pool.acquire() as connection: await cursor.execute(…) */
static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct app *app = arg;
    struct connection *connection;

    app->lease = lease;
    if (error) {
        fprintf(stderr, "pool: cannot borrow a connection: %s\n", error);
        give_back(app, 1);
        return;
    }
    connection = lease.connection;
    if (mariadb_query(connection->mariadb, "SELECT VERSION()", on_row, app) <
        0) {
        fputs("pool: cannot query: out of memory\n", stderr);
        give_back(app, 1);
    }
}

/* await aiomysql.create_pool() */
static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct app *app = arg;

    if (error) {
        fprintf(stderr, "pool: cannot connect to %s port %u: %s\n",
                app->where.host, app->where.port, error);
        on_closed(app);
    } else if (pool_acquire(pool, 10000, on_lease, app) < 0) {
        fputs("pool: cannot acquire: out of memory\n", stderr);
        give_back(app, 1);
    }
}

static const char *setting(const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    return value && *value ? value : otherwise;
}

/* Where the server is, from the environment. A name is resolved here, before
 * the loop runs, since the library would block in it. Returns 0, or -1. */
static int find_server(struct mariadb_where *where, char *numeric, size_t size)
{
    const char *host = setting("MYSQL_HOST", "127.0.0.1");
    const char *port = setting("MYSQL_TCP_PORT", "3306");
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    int error;

    if (*end || number < 1 || number > 65535) {
        fprintf(stderr, "pool: MYSQL_TCP_PORT='%s': not a port, 1 to 65535\n",
                port);
        return -1;
    }
    error = getaddrinfo(host, NULL, &hints, &addresses);
    if (error) {
        fprintf(stderr, "pool: cannot resolve MYSQL_HOST='%s': %s\n", host,
                gai_strerror(error));
        return -1;
    }
    error = getnameinfo(addresses->ai_addr, addresses->ai_addrlen, numeric,
                        (socklen_t)size, NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(addresses);
    *where = (struct mariadb_where){.host = numeric,
                                    .port = (unsigned)number,
                                    .user = setting("MYSQL_USER", "root"),
                                    .password = setting("MYSQL_PWD", ""),
                                    .database = setting("MYSQL_DATABASE", NULL),
                                    .connect_timeout = 10,
                                    .query_timeout = 30};
    if (error)
        fprintf(stderr, "pool: MYSQL_HOST='%s': %s\n", host,
                gai_strerror(error));
    return error ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct app app = {.status = 1};
    char numeric[NI_MAXHOST];

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: pool [-h]\n"
             "Asks a MariaDB for its version through a connection pool.\n"
             "The server: MYSQL_HOST MYSQL_TCP_PORT MYSQL_USER MYSQL_PWD "
             "MYSQL_DATABASE;\nscripts/with-mariadb starts one and sets them.");
        return fflush(stdout) == 0 ? 0 : 1;
    }
    if (argc > 1) {
        fprintf(stderr, "pool: unexpected argument '%s': usage: pool [-h]\n",
                argv[1]);
        return 2;
    }
    if (find_server(&app.where, numeric, sizeof numeric) < 0)
        return 1;

    signal(SIGPIPE, SIG_IGN);
    app.base = event_base_new();
    if (app.base)
        app.pool = pool_new(app.base, &methods, &app, NULL, on_created, &app);
    if (!app.pool) {
        fputs("pool: cannot make a pool: out of memory\n", stderr);
    } else if (event_base_dispatch(app.base) < 0 || app.pool) {
        fputs("pool: the event loop failed\n", stderr);
        app.status = 1;
    }
    if (fflush(stdout) != 0) {
        perror("pool: cannot write the row");
        app.status = 1;
    }
    if (app.base)
        event_base_free(app.base);
    mysql_library_end();
    libevent_global_shutdown();
    return app.status;
}
