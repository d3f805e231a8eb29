/* tls — a connection that works, beside one that trusts somebody else.
 *
 * Build: cc -I../../modules -o tls tls.c ../../modules/coroutine.c ../../modules/mariadb_async.c ../../modules/mariadb_socket.c ../../modules/mariadb_step.c $(pkg-config --cflags --libs libevent libmariadb)
 * Run:   ./tls CA_FILE OTHER_CA_FILE NAME   (the server must have a certificate)
 *
 * What goes wrong in the handshake of the second must not reach the first: both
 * share OpenSSL's queue of errors.
 */
#include "mariadb_async.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct app {
    struct event_base *base;
    struct mariadb_where right, wrong;
    struct mariadb *works;
};

static void on_answer(struct mariadb *mariadb, int error, void *arg)
{
    (void)arg;
    printf("query: %d %s\n", error, mariadb_error(mariadb));
    mariadb_close(mariadb, NULL, NULL);
}

static void on_refused(struct mariadb *mariadb, int error, void *arg)
{
    struct app *app = arg;

    printf("the other: %d\n", error);
    mariadb_close(mariadb, NULL, NULL);
    if (mariadb_query(app->works, "SELECT SLEEP(0.1)", on_answer, app) < 0)
        puts("no memory");
}

static void on_open(struct mariadb *mariadb, int error, void *arg)
{
    struct app *app = arg;

    printf("connect: %d %s\n", error, mariadb_error(mariadb));
    if (!mariadb_open(app->base, &app->wrong, on_refused, app))
        puts("no memory");
}

int main(int argc, char **argv)
{
    struct app app = {.base = event_base_new()};
    const char *port = getenv("MYSQL_TCP_PORT");

    if (argc != 4 || !app.base || !port)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    app.right =
        (struct mariadb_where){.host = "127.0.0.1",
                               .port = (unsigned)strtoul(port, NULL, 10),
                               .user = getenv("MYSQL_USER"),
                               .password = getenv("MYSQL_PWD"),
                               .connect_timeout = {10, 0},
                               .query_timeout = {10, 0},
                               .tls = true,
                               .tls_ca = argv[1],
                               .tls_name = argv[3]};
    app.wrong = app.right;
    app.wrong.tls_ca = argv[2];
    app.works = mariadb_open(app.base, &app.right, on_open, &app);
    event_base_dispatch(app.base);
    event_base_free(app.base);
    mysql_library_end();
    libevent_global_shutdown();
    return 0;
}
