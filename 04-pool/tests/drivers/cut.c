/* cut — a query's time is up: who wins, and how soon it is over.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -I../../../02-sockets/modules -o cut cut.c ../../modules/connection_pool.c ../../modules/coroutine.c ../../modules/mariadb_async.c ../../modules/mariadb_socket.c ../../modules/mariadb_step.c ../../modules/mariadb_dial.c ../../modules/mariadb_kill.c ../../modules/mariadb_pool.c ../../modules/waiters.c ../../../03-tasks/modules/heap.c ../../../02-sockets/modules/monotonic.c ../../../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:   ../../scripts/with-mariadb ./cut late | exec | cut | terminate | rollback | give_back | close | idle
 *
 * late: the loop is blocked for so long that a query is over its time, but its
 * answer came meanwhile: the answer counts. exec: a child counts the sockets
 * that it inherits while a query runs. cut, terminate: the borrower cuts a
 * query that would take 100 s, or the pool does; the borrower is told at once,
 * and returns the lease. rollback: its time is up, and its borrower rolls back
 * all the same before returning it. give_back: its borrower returns it while it
 * runs. In all of these the server is told to stop. close: without a pool,
 * while it runs: no callback comes. idle: one that is cut while it has nothing
 * to do takes no query any more.
 */
#include "mariadb_pool.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct app {
    struct mariadb_server server;
    const char *scene;
    bool rolled_back;
    struct pool *pool;
    struct lease lease;
};

static void on_closed(void *arg)
{
    struct app *app = arg;

    pool_free(app->pool);
    puts("closed");
}

static void on_answer(struct mariadb *mariadb, int error, void *arg)
{
    struct app *app = arg;

    printf("error %d: %s\n", error, mariadb_error(mariadb));
    if (!strcmp(app->scene, "rollback") && !app->rolled_back) {
        app->rolled_back = true;
        if (mariadb_query(mariadb, "ROLLBACK", on_answer, app) == 0)
            return;
    }
    printf("alive %d, reusable %d\n", mariadb_alive(mariadb),
           mariadb_reusable(mariadb));
    printf("returned: %d\n", pool_release(app->pool, app->lease));
    pool_close(app->pool, on_closed, app);
}

/* Those that a child has, which is another program. */
static void count_sockets(void)
{
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        execlp("sh", "sh", "-c",
               "echo sockets: $(find /proc/self/fd -lname 'socket:*' | wc -l)",
               (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, NULL, 0) < 0)
        puts("no child");
}

static void on_timer(evutil_socket_t fd, short events, void *arg)
{
    struct app *app = arg;

    (void)fd;
    (void)events;
    if (!strcmp(app->scene, "late")) {
        struct pollfd answer = {
            .fd = mysql_get_socket(mariadb_handle(mariadb_of(app->lease))),
            .events = POLLIN};

        puts("the loop is blocked");
        sleep(1);                /* now the time is up */
        poll(&answer, 1, 20000); /* and the answer is there */
    } else if (!strcmp(app->scene, "give_back")) {
        printf("returned: %d\n", pool_release(app->pool, app->lease));
        pool_close(app->pool, on_closed, app);
    } else if (!strcmp(app->scene, "exec")) {
        count_sockets();
    } else if (!strcmp(app->scene, "cut")) {
        mariadb_cut(mariadb_of(app->lease));
        printf("unanswered %d\n", mariadb_unanswered(mariadb_of(app->lease)));
    } else if (!strcmp(app->scene, "terminate")) {
        puts("terminated");
        pool_terminate(app->pool, on_closed, app);
        pool_terminate(app->pool, on_closed, app);
    }
}

static void on_gone(void *arg)
{
    (void)arg;
    puts("closed");
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    static const struct timeval soon = {0, 50000};
    struct app *app = arg;
    char text[64];

    app->lease = lease;
    snprintf(text, sizeof text, "SELECT SLEEP(%s) AS %s",
             !strcmp(app->scene, "late") || !strcmp(app->scene, "exec") ? "0.2"
                                                                        : "100",
             app->scene);
    if (error || mariadb_query(mariadb_of(lease), text, on_answer, app) < 0 ||
        event_base_once(app->server.base, -1, EV_TIMEOUT, on_timer, app,
                        &soon) < 0)
        printf("no query: %s\n", error ? error : "no memory");
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct app *app = arg;

    app->pool = pool;
    if (error || pool_acquire(pool, -1, on_lease, app) < 0)
        printf("no pool: %s\n", error ? error : "no memory");
}

/* idle: */
static void on_refusal(struct mariadb *mariadb, int error, void *arg)
{
    printf("a query: %s\n", error ? "fails" : "is answered");
    mariadb_close(mariadb, on_gone, arg);
}

/* close, idle: */
static void on_open(struct mariadb *mariadb, int error, void *arg)
{
    struct app *app = arg;

    if (!error && !strcmp(app->scene, "idle")) {
        mariadb_cut(mariadb);
        printf("alive %d, reusable %d\n", mariadb_alive(mariadb),
               mariadb_reusable(mariadb));
        if (mariadb_query(mariadb, "SELECT 1", on_refusal, app) < 0)
            puts("no query");
        return;
    }
    if (error || mariadb_query(mariadb, "SELECT SLEEP(100)", on_answer, app))
        puts("no query");
    printf("a second query: %d\n",
           mariadb_query(mariadb, "SELECT 1", on_answer, app));
    mariadb_close(mariadb, on_gone, app);
}

int main(int argc, char **argv)
{
    struct app app = {.scene = argc == 2 ? argv[1] : ""};
    struct event_base *base = event_base_new();

    if (!base || mariadb_server_find(&app.server, base))
        return 1;
    signal(SIGPIPE, SIG_IGN);
    if (!strcmp(app.scene, "late"))
        app.server.where.query_timeout = (struct timeval){1, 0};
    if (!strcmp(app.scene, "rollback"))
        app.server.where.query_timeout = (struct timeval){0, 400000};
    if (!strcmp(app.scene, "close") || !strcmp(app.scene, "idle"))
        mariadb_open(base, &app.server.where, on_open, &app);
    else
        pool_new(base, &mariadb_pool_methods, &app.server, NULL, on_created,
                 &app);
    event_base_dispatch(base);
    event_base_free(base);
    mysql_library_end();
    libevent_global_shutdown();
    return 0;
}
