/* pool — borrow a connection, run a query, give it back, close the pool.
 *
 * Twin:   pool.py (aiomysql.create_pool, acquire, cursor, close, wait_closed)
 * Build:  cc -Imodules -I../03-tasks/modules -I../02-sockets/modules -o pool pool.c modules/connection_pool.c modules/coroutine.c modules/mariadb_async.c modules/mariadb_socket.c modules/mariadb_step.c modules/mariadb_dial.c modules/mariadb_kill.c modules/mariadb_pool.c modules/waiters.c ../03-tasks/modules/heap.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:    ../scripts/with-mariadb ./pool
 * Prints: ('10.11.19-MariaDB-0+deb12u1',)
 *
 * MYSQL_HOST (127.0.0.1), MYSQL_TCP_PORT (3306), MYSQL_USER (root), MYSQL_PWD
 * and MYSQL_DATABASE (both empty) say which server. What `async with` and
 * `await` do in the twin, is here a chain of callbacks: main, on_created,
 * on_lease, on_row, give_back, on_closed.
 */
#include "mariadb_pool.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Lives in main. */
struct app {
    struct mariadb_server server;
    struct pool *pool;
    struct lease lease; /* .connection is NULL when we have none */
    int status;
};

/* await pool.wait_closed() is done: nothing is left, so the loop ends. */
static void on_closed(void *arg)
{
    struct app *app = arg;

    pool_free(app->pool);
    app->pool = NULL;
}

/* The end of `async with pool.acquire()`, then pool.close(), wait_closed(). The
 * one way out, after an error too: so no path forgets the lease. */
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

    app->lease = lease;
    if (error) {
        fprintf(stderr, "pool: cannot borrow a connection: %s\n", error);
        give_back(app, 1);
    } else if (mariadb_query(mariadb_of(lease), "SELECT VERSION()", on_row,
                             app) < 0) {
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
                app->server.where.host, app->server.where.port, error);
        on_closed(app);
    } else if (pool_acquire(pool, 10000, on_lease, app) < 0) {
        fputs("pool: cannot acquire: out of memory\n", stderr);
        give_back(app, 1);
    }
}

int main(int argc, char **argv)
{
    struct app app = {.status = 1};
    struct event_base *base;
    const char *error;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: pool [-h]\n"
             "Asks a MariaDB for its version through a connection pool.\n"
             "The server: MYSQL_HOST MYSQL_TCP_PORT MYSQL_USER MYSQL_PWD "
             "MYSQL_DATABASE;\nscripts/with-mariadb starts one and sets them.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr, "pool: unexpected argument '%s': usage: pool [-h]\n",
                argv[1]);
        return 2;
    }

    signal(SIGPIPE, SIG_IGN);
    base = event_base_new();
    if (!base) {
        fputs("pool: cannot make an event base: out of resources\n", stderr);
        return 1;
    }
    error = mariadb_server_find(&app.server, base);
    if (!error) {
        app.pool = pool_new(base, &mariadb_pool_methods, &app.server, NULL,
                            on_created, &app);
        if (!app.pool)
            error = "cannot make a pool: out of memory";
        else if (event_base_dispatch(base) < 0 || app.pool)
            error = "the event loop failed";
    }
    if (error) {
        fprintf(stderr, "pool: %s\n", error);
        app.status = 1;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("pool: cannot write the row");
        app.status = 1;
    }
    event_base_free(base);
    mysql_library_end();
    libevent_global_shutdown();
    return app.status;
}
