/* transfer — a transaction on a borrowed connection: all of it, or nothing.
 *
 * Twin:   transfer.py (aiomysql: begin, commit, rollback)
 * Build:  cc -Imodules -I../03-tasks/modules -I../02-sockets/modules -o transfer transfer.c modules/connection_pool.c modules/coroutine.c modules/mariadb_async.c modules/mariadb_socket.c modules/mariadb_step.c modules/mariadb_dial.c modules/mariadb_kill.c modules/mariadb_pool.c modules/waiters.c ../03-tasks/modules/heap.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:    ../scripts/with-mariadb ./transfer
 * Prints: at first: Ada 100, Bob 50
 *         30 from Ada to Bob: committed
 *         then: Ada 70, Bob 80, on the same connection
 *         500 from Ada to Bob: error 4025, rolled back
 *         then: Ada 70, Bob 80, on the same connection
 *         40 from Ada to nobody: returned in the middle
 *         then: Ada 70, Bob 80, on another connection
 *
 * The statements of a transaction need one lease for all of them: another
 * borrower's connection is another transaction. Whoever gets an error in the
 * middle rolls back before returning the lease. Who forgets it and returns an
 * open transaction, harms nobody: the pool closes that connection, the server
 * undoes what was done, and the next borrower gets a new one.
 *
 * It makes a table of its own in MYSQL_DATABASE, and drops it at the end.
 */
#include "mariadb_pool.h"

#include <errno.h>
#include <mysqld_error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is done with one lease. In the statements, %s is the table. */
struct task {
    const char *title; /* NULL: not worth a line */
    const char *statements[5];
};

#define SHOW                                                                   \
    "SELECT GROUP_CONCAT(name, ' ', balance ORDER BY name "                    \
    "SEPARATOR ', ') FROM %s"

static const struct task tasks[] = {
    {NULL,
     {"CREATE TABLE %s (name VARCHAR(20), balance INT CHECK (balance >= 0))",
      "INSERT INTO %s VALUES ('Ada', 100), ('Bob', 50)"}},
    {"at first", {SHOW}},
    {"30 from Ada to Bob",
     {"BEGIN", "UPDATE %s SET balance = balance + 30 WHERE name = 'Bob'",
      "UPDATE %s SET balance = balance - 30 WHERE name = 'Ada'", "COMMIT"}},
    {"then", {SHOW}},
    {"500 from Ada to Bob", /* whom the first statement makes rich */
     {"BEGIN", "UPDATE %s SET balance = balance + 500 WHERE name = 'Bob'",
      "UPDATE %s SET balance = balance - 500 WHERE name = 'Ada'", "COMMIT"}},
    {"then", {SHOW}},
    {"40 from Ada to nobody",
     {"BEGIN", "UPDATE %s SET balance = balance - 40 WHERE name = 'Ada'"}},
    {"then", {SHOW}},
    {NULL, {"DROP TABLE %s"}},
};

/* Lives in main. */
struct app {
    struct mariadb_server server;
    struct pool *pool;
    struct lease lease;
    char table[32];
    size_t task, statement; /* the ones at hand */
    unsigned long shown_by; /* the connection of the last SHOW, or 0 */
    int error;              /* that the task has met */
    int status;             /* of the program */
};

static void on_lease(struct lease lease, const char *error, void *arg);
static void next_statement(struct app *app);

static void on_closed(void *arg)
{
    pool_free(((struct app *)arg)->pool);
}

static void fail(struct app *app, const char *what, const char *why)
{
    fprintf(stderr, "transfer: %s: %s\n", what, why);
    app->status = 1;
}

/* Begins a task, with a lease of its own. */
static void next_task(struct app *app)
{
    bool more = app->task < sizeof tasks / sizeof *tasks;

    app->statement = 0;
    app->error = 0;
    if (more && pool_acquire(app->pool, -1, on_lease, app) > 0)
        return;
    if (more)
        fail(app, "cannot acquire", "out of memory");
    pool_close(app->pool, on_closed, app);
}

/* The one end of every task: the lease goes back, whatever has happened. */
static void end_task(struct app *app)
{
    pool_release(app->pool, app->lease);
    app->task++;
    next_task(app);
}

/* Prints what a SHOW has brought, and whether by the connection that served the
 * one before. */
static void show(struct app *app, struct mariadb *mariadb)
{
    unsigned long id = mysql_thread_id(mariadb_handle(mariadb));
    MYSQL_ROW row = mysql_fetch_row(mariadb_result(mariadb));

    printf("%s: %s", tasks[app->task].title, row && row[0] ? row[0] : "nobody");
    if (app->shown_by)
        printf(", on %s connection",
               id == app->shown_by ? "the same" : "another");
    putchar('\n');
    app->shown_by = id;
}

static void on_rolled_back(struct mariadb *mariadb, int error, void *arg)
{
    struct app *app = arg;

    if (error) /* no harm: the pool closes it, which rolls back, too */
        fail(app, "cannot roll back", mariadb_error(mariadb));
    else if (tasks[app->task].title)
        printf("%s: error %d, rolled back\n", tasks[app->task].title,
               app->error);
    end_task(app);
}

static void on_done(struct mariadb *mariadb, int error, void *arg)
{
    struct app *app = arg;
    const char *title = tasks[app->task].title;
    const char *statement = tasks[app->task].statements[app->statement++];

    if (error) {
        app->error = error;
        if (error != ER_CONSTRAINT_FAILED)
            fail(app, statement, mariadb_error(mariadb));
        if (mariadb_query(mariadb, "ROLLBACK", on_rolled_back, app) < 0)
            end_task(app);
        return;
    }
    if (mariadb_result(mariadb))
        show(app, mariadb);
    else if (!strcmp(statement, "COMMIT"))
        printf("%s: committed\n", title);
    else if (title && !tasks[app->task].statements[app->statement])
        printf("%s: returned in the middle\n", title);
    next_statement(app);
}

/* Begins the task's next statement, or ends the task. */
static void next_statement(struct app *app)
{
    const char *statement = tasks[app->task].statements[app->statement];
    char text[160];

    if (!statement) {
        end_task(app);
        return;
    }
    snprintf(text, sizeof text, statement, app->table);
    if (mariadb_query(mariadb_of(app->lease), text, on_done, app) < 0) {
        fail(app, "cannot query", "out of memory");
        end_task(app);
    }
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct app *app = arg;

    app->lease = lease;
    if (error) {
        fail(app, "cannot borrow a connection", error);
        pool_close(app->pool, on_closed, app);
    } else {
        next_statement(app);
    }
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct app *app = arg;

    if (error) {
        fail(app, "cannot connect", error);
        pool_free(pool);
    } else {
        next_task(app);
    }
}

int main(int argc, char **argv)
{
    const struct pool_options options = {
        .min_size = 1, .max_size = 1, .recycle_seconds = -1};
    struct app app = {.status = 0};
    struct event_base *base;
    const char *error;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: transfer [-h]\n"
             "Transactions on a borrowed connection, in a table of its own.\n"
             "The server: MYSQL_HOST MYSQL_TCP_PORT MYSQL_USER MYSQL_PWD "
             "MYSQL_DATABASE;\nscripts/with-mariadb starts one and sets them.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr,
                "transfer: unexpected argument '%s': usage: transfer [-h]\n",
                argv[1]);
        return 2;
    }

    signal(SIGPIPE, SIG_IGN);
    snprintf(app.table, sizeof app.table, "transfer_%ld", (long)getpid());
    base = event_base_new();
    if (!base) {
        fputs("transfer: cannot make an event base: out of resources\n",
              stderr);
        return 1;
    }
    error = mariadb_server_find(&app.server, base);
    if (error)
        fail(&app, "the server", error);
    else
        app.pool = pool_new(base, &mariadb_pool_methods, &app.server, &options,
                            on_created, &app);
    if (!error && (!app.pool || event_base_dispatch(base) < 0))
        fail(&app, "cannot run", "out of memory");
    if (fflush(stdout) != 0 || ferror(stdout))
        fail(&app, "cannot write the balances", strerror(errno));
    event_base_free(base);
    mysql_library_end();
    libevent_global_shutdown();
    return app.status;
}
