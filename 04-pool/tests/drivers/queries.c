/* queries — tasks that ask a database: a scene for each rule.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -I../../../02-sockets/modules -o queries queries.c ../../modules/mariadb_task.c ../../modules/pool_task.c ../../modules/waiters.c ../../../03-tasks/modules/await.c ../../../03-tasks/modules/heap.c ../../../03-tasks/modules/task_loop.c ../../../03-tasks/modules/task_main.c ../../../02-sockets/modules/monotonic.c ../../../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:   ../../../scripts/with-mariadb ./queries rows | errors | busy | cut | late | stream [STATEMENT…] | stop | full | silent
 *
 * rows, errors, busy: what comes of a query. cut: it is cancelled while it runs,
 * late: its deadline passes. stream: each statement's rows are fetched one by one;
 * without one, many MB of them, and the memory it took. stop: a stream is given up
 * in the middle. full: and another one while it waits for the next row; silent: the
 * time limit of the query ends that wait. With $CA, all of it over TLS. After each
 * the lease is returned, and another one asks on what the pool has then.
 */
#include "mariadb_pool.h"
#include "mariadb_task.h"
#include "pool_task.h"
#include "task_main.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static char big[] = "SELECT seq, REPEAT('x', 10000) FROM seq_1_to_5000";

struct program {
    struct task task;
    struct mariadb_server server;
    struct pool_handle pool;
    struct loan loan;
    struct cursor cursor, other;
    const char *scene;
    char **statements;
    unsigned long long rows, sum;
    long memory; /* KiB, at most so far, when it began */
};

static long peak_memory(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static bool scene_is(const struct program *self, const char *name)
{
    return strcmp(self->scene, name) == 0;
}

static bool execute(struct program *self, const char *text)
{
    return cursor_execute(&self->task, &self->cursor, text);
}

static void tell(const struct program *self, const char *error)
{
    const struct cursor *cursor = &self->cursor;

    printf("%s, code %d, %lld rows\n", error ? error : "no error",
           cursor->error, (long long)cursor->count);
}

static void rows_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT_CATCH(me, error, execute(self, "SELECT seq FROM seq_1_to_3"));
    tell(self, error);
    do {
        AWAIT(me, cursor_fetch_one(me, &self->cursor));
        puts(self->cursor.row ? self->cursor.row[0] : "no more");
    } while (self->cursor.row);
    AWAIT_CATCH(me, error, execute(self, "CREATE TEMPORARY TABLE t (a INT)"));
    AWAIT_CATCH(me, error, execute(self, "INSERT INTO t VALUES (1), (2), (3)"));
    tell(self, error);
    AWAIT_CATCH(me, error, execute(self, "UPDATE t SET a = 9 WHERE a > 1"));
    tell(self, error);
    AWAIT_CATCH(me, error, execute(self, "UPDATE t SET a = 9 WHERE a = 9"));
    tell(self, error);
    AWAIT(me, cursor_fetch_one(me, &self->cursor));
    puts(self->cursor.row ? "a row" : "no rows");
    TASK_END(me);
}

static void errors_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT_CATCH(me, error, execute(self, "SELECT oops"));
    printf("%s, ", error == MARIADB_FAILED ? "MARIADB_FAILED" : "something");
    printf("%d: %s\n", self->cursor.error, mariadb_error(self->cursor.mariadb));
    AWAIT_CATCH(me, error, execute(self, "DO 1"));
    printf("%s, %d\n", error ? error : "no error", self->cursor.error);
    AWAIT(me, execute(self, "SELEC")); /* not caught */
    puts("it goes on");
    TASK_END(me);
}

/* A stream is open: nothing else can be asked, by this cursor or another one. */
static void busy_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    cursor_init(&self->other, self->cursor.mariadb);
    AWAIT(me, cursor_stream(me, &self->cursor, "SELECT seq FROM seq_1_to_2"));
    AWAIT_CATCH(me, error, cursor_execute(me, &self->other, "DO 1"));
    puts(error == MARIADB_BUSY ? "busy" : "not busy");
    AWAIT_CATCH(me, error, execute(self, "DO 1"));
    puts(error == MARIADB_BUSY ? "busy" : "not busy");
    do {
        AWAIT(me, cursor_fetch_one(me, &self->cursor));
        puts(self->cursor.row ? self->cursor.row[0] : "no more");
    } while (self->cursor.row);
    AWAIT(me, cursor_fetch_one(me, &self->cursor));
    puts(self->cursor.row ? "a row" : "no more");
    AWAIT(me, execute(self, "DO 1"));
    puts("not busy");
    TASK_END(me);
}

static void on_cut(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    task_cancel(arg);
}

/* The server looks after each of many short sleeps whether it is to stop. */
static void cut_run(struct task *me)
{
    static const struct timeval soon = {0, 50000};
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    if (scene_is(self, "cut") &&
        event_base_once(me->loop->base, -1, EV_TIMEOUT, on_cut, me, &soon) < 0)
        TASK_FAIL(me, TASK_NO_MEMORY);
    AWAIT_CATCH(me, error,
                task_within(me,
                            scene_is(self, "cut") ? INT64_MAX : 50 * TASK_MS,
                            execute(self, "SELECT SLEEP(0.1) AS marked "
                                          "FROM seq_1_to_1000000")));
    printf("%s, unanswered %d\n", error,
           mariadb_unanswered(self->cursor.mariadb));
    AWAIT_CATCH(me, error, execute(self, "DO 1"));
    puts(error ? error : "it is of use");
    TASK_END(me);
}

/* Streams one statement. */
static void stream_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    for (; *self->statements; self->statements++) {
        self->rows = self->sum = 0;
        self->memory = peak_memory();
        AWAIT_CATCH(me, error,
                    cursor_stream(me, &self->cursor, *self->statements));
        while (!error) {
            AWAIT_CATCH(me, error, cursor_fetch_one(me, &self->cursor));
            if (error || !self->cursor.row)
                break;
            self->rows++;
            self->sum += strtoull(self->cursor.row[0], NULL, 10);
        }
        printf("%llu rows, sum %llu, error %d, reusable %d, memory %s\n",
               self->rows, self->sum, self->cursor.error,
               mariadb_reusable(self->cursor.mariadb),
               peak_memory() - self->memory < 4096 ? "bounded" : "grew");
    }
    TASK_END(me);
}

/* To read the rest would take forever. */
static void stop_run(struct task *me)
{
    struct program *self = (struct program *)me;
    MYSQL_RES *result;

    TASK_BEGIN(me);
    AWAIT(me, cursor_stream(me, &self->cursor,
                            "SELECT seq, REPEAT('x', 10000), "
                            "IF(seq > 99, SLEEP(100), 0) AS marked "
                            "FROM seq_1_to_1000"));
    while (self->rows < 10) {
        AWAIT(me, cursor_fetch_one(me, &self->cursor));
        self->rows++;
    }
    result = mariadb_result(self->cursor.mariadb);
    printf("row %s of %lu bytes, reusable %d, unanswered %d\n",
           self->cursor.row[0], mysql_fetch_lengths(result)[1],
           mariadb_reusable(self->cursor.mariadb),
           mariadb_unanswered(self->cursor.mariadb));
    TASK_END(me);
}

/* The second row takes forever. */
static void full_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT(me, cursor_stream(me, &self->cursor,
                            "SELECT seq, REPEAT('x', 100000), "
                            "IF(seq > 9, SLEEP(100), 0) AS marked "
                            "FROM seq_1_to_1000"));
    do
        AWAIT_CATCH(
            me, error,
            task_within(me, scene_is(self, "full") ? 200 * TASK_MS : INT64_MAX,
                        cursor_fetch_one(me, &self->cursor)));
    while (!error && self->cursor.row);
    printf("%s, code %d, reusable %d\n", error ? error : "no error",
           self->cursor.error, mariadb_reusable(self->cursor.mariadb));
    TASK_END(me);
}

static const struct {
    const char *name;
    void (*run)(struct task *me);
} scenes[] = {
    {"rows", rows_run}, {"errors", errors_run}, {"busy", busy_run},
    {"cut", cut_run},   {"late", cut_run},      {"stream", stream_run},
    {"stop", stop_run}, {"full", full_run},     {"silent", full_run},
};

struct main_task {
    struct task task;
    struct program program;
};

/* Lends the scene a connection, and asks again on what the pool has after it. */
static void main_run(struct task *me)
{
    static const struct pool_options one = {1, 1, -1};
    struct program *self = &((struct main_task *)me)->program;
    void (*run)(struct task *) = NULL;
    const char *error;

    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        if (scene_is(self, scenes[i].name))
            run = scenes[i].run;
    }
    TASK_BEGIN(me);
    self->server.base = me->loop->base;
    AWAIT(me, pool_create(me, &self->pool, &mariadb_pool_methods, &self->server,
                          &one));
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    cursor_init(&self->cursor, mariadb_of(self->loan.lease));
    task_create(me->loop, &self->task, run, "scene");
    AWAIT_CATCH(me, error, task_await(me, &self->task));
    if (error)
        printf("the scene failed: %s\n", error);
    loan_release(&self->loan);
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    cursor_init(&self->cursor, mariadb_of(self->loan.lease));
    AWAIT(me, cursor_execute(me, &self->cursor, "SELECT 'again'"));
    AWAIT(me, cursor_fetch_one(me, &self->cursor));
    printf("%s, opened %lu\n", self->cursor.row[0], self->server.opened);
    TASK_FINALLY(me);
    loan_release(&self->loan);
    AWAIT(me, pool_wait_closed(me, &self->pool));
    TASK_END(me);
}

int main(int argc, char **argv)
{
    static char *big_one[] = {big, NULL};
    struct main_task main_task = {
        .program = {.scene = argc > 1 ? argv[1] : "",
                    .statements = argc > 2 ? argv + 2 : big_one}};
    int status;

    signal(SIGPIPE, SIG_IGN);
    if (mariadb_server_find(&main_task.program.server, NULL))
        return 2;
    main_task.program.server.where.tls_ca = getenv("CA");
    main_task.program.server.where.tls = getenv("CA") != NULL;
    main_task.program.server.where.tls_name = "db.example";
    if (argc > 1 && !strcmp(argv[1], "silent"))
        main_task.program.server.where.query_timeout =
            (struct timeval){0, 200000};
    status = task_main(&main_task.task, main_run);
    mysql_library_end();
    return status;
}
