/* statements — runs its arguments on a server, each with a lease of its own.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -I../../../02-sockets/modules -o statements statements.c ../../modules/connection_pool.c ../../modules/coroutine.c ../../modules/mariadb_async.c ../../modules/mariadb_socket.c ../../modules/mariadb_step.c ../../modules/mariadb_dial.c ../../modules/mariadb_kill.c ../../modules/mariadb_pool.c ../../modules/waiters.c ../../../03-tasks/modules/heap.c ../../../02-sockets/modules/monotonic.c ../../../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:   ../../scripts/with-mariadb ./statements 'SELECT 1' 'SELECT oops' 'SELECT 2'
 *        ./statements 'SELECT CONNECTION_ID()' '!mariadb -e "KILL $VALUE"' 'SELECT 2'
 *
 * The pool has room for one connection (-m MAX_SIZE), so a statement that
 * leaves it in bad shape is a matter for the next one. -c and -t: milliseconds
 * to connect and for a query. -s CA_FILE: with TLS; -n NAME: in the certificate. An argument that begins with ! is a shell
 * command, run while the connection is idle and all else stands still; $VALUE
 * in it is the first column of what came last.
 */
#include "mariadb_pool.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct app {
    struct mariadb_server server;
    struct pool *pool;
    struct lease lease;
    char **statements; /* the next one; NULL is the last */
    bool failed;
};

static void next_statement(struct app *app);

static void on_closed(void *arg)
{
    struct app *app = arg;

    pool_free(app->pool);
    printf("opened %lu\n", app->server.opened);
}

/* A value with its zeros and all that is not printable as \xHH. */
static void print_value(const char *value, unsigned long length)
{
    if (!value)
        printf("NULL");
    for (unsigned long i = 0; value && i < length; i++) {
        unsigned char byte = (unsigned char)value[i];

        printf(isprint(byte) && byte != '\\' ? "%c" : "\\x%02x", byte);
    }
}

static void print_rows(MYSQL_RES *result)
{
    unsigned columns = mysql_num_fields(result);
    MYSQL_ROW row = mysql_fetch_row(result);

    if (row && row[0])
        setenv("VALUE", row[0], 1);
    for (int rows = 0; row && rows < 3; rows++) {
        unsigned long *lengths = mysql_fetch_lengths(result);

        for (unsigned i = 0; i < columns; i++) {
            print_value(row[i], lengths[i]);
            putchar(i + 1 < columns ? '\t' : '\n');
        }
        row = mysql_fetch_row(result);
    }
    if (row)
        printf("… %llu rows\n", (unsigned long long)mysql_num_rows(result));
}

static void on_answer(struct mariadb *mariadb, int error, void *arg)
{
    struct app *app = arg;

    app->failed = app->failed || error;
    if (error)
        printf("error %d: %s%s\n", error, mariadb_error(mariadb),
               mariadb_result(mariadb) ? ", and rows" : "");
    else if (mariadb_result(mariadb))
        print_rows(mariadb_result(mariadb));
    else
        printf("ok, %llu affected\n", (unsigned long long)mysql_affected_rows(
                                          mariadb_handle(mariadb)));
    if (pool_release(app->pool, app->lease) < 0)
        puts("it was not lent");
    next_statement(app);
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct app *app = arg;

    app->lease = lease;
    if (error) {
        app->failed = true;
        printf("no connection: %s\n", error);
        app->statements++;
        next_statement(app);
    } else if (mariadb_query(mariadb_of(lease), *app->statements++, on_answer,
                             app) < 0) {
        puts("it is in use");
        pool_release(app->pool, lease);
        next_statement(app);
    }
}

static void run_command(const char *command)
{
    pid_t pid = fork();
    int status = 1;

    if (pid == 0) {
        execlp("sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
        puts("the command failed");
}

static void next_statement(struct app *app)
{
    fflush(stdout);
    while (*app->statements && **app->statements == '!')
        run_command(*app->statements++ + 1);
    if (!*app->statements || pool_acquire(app->pool, 20000, on_lease, app) < 0)
        pool_close(app->pool, on_closed, app);
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    (void)pool;
    (void)error; /* with min_size 0 there is none */
    next_statement(arg);
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct app app = {0};
    struct pool_options options = {.max_size = 1, .recycle_seconds = -1};
    const char *error;
    int option;

    if (!base)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    error = mariadb_server_find(&app.server, base);
    while ((option = getopt(argc, argv, "c:t:m:s:n:")) != -1) {
        int ms = (int)strtol(optarg, NULL, 10);
        struct timeval time = {ms / 1000, ms % 1000 * 1000};

        if (option == 's') {
            app.server.where.tls = true;
            app.server.where.tls_ca = optarg;
        } else if (option == 'n')
            app.server.where.tls_name = optarg;
        else if (option == 'c')
            app.server.where.connect_timeout = time;
        else if (option == 't')
            app.server.where.query_timeout = time;
        else
            options.max_size = ms;
    }
    app.statements = argv + optind;
    if (!error)
        app.pool = pool_new(base, &mariadb_pool_methods, &app.server, &options,
                            on_created, &app);
    if (app.pool)
        event_base_dispatch(base);
    else
        fprintf(stderr, "statements: %s\n", error ? error : "no memory");
    event_base_free(base);
    mysql_library_end();
    libevent_global_shutdown();
    return !app.pool || app.failed;
}
