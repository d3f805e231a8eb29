/* transfer — a transaction on a borrowed connection: all of it, or nothing.
 *
 * Twin:   transfer.py (aiomysql: begin, commit, rollback)
 * Build:  cc -Imodules -I../03-tasks/modules -I../02-sockets/modules -o transfer transfer.c modules/connection_pool.c modules/coroutine.c modules/mariadb_async.c modules/mariadb_socket.c modules/mariadb_step.c modules/mariadb_dial.c modules/mariadb_kill.c modules/mariadb_pool.c modules/mariadb_task.c modules/pool_task.c modules/waiters.c ../03-tasks/modules/await.c ../03-tasks/modules/heap.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:    ../scripts/with-mariadb ./transfer
 * Prints: at first: Ada 100, Bob 50
 *         30 from Ada to Bob: committed
 *         then: Ada 70, Bob 80, on the same connection
 *         500 from Ada to Bob: error 4025, rolled back
 *         then: Ada 70, Bob 80, on the same connection
 *         40 from Ada to nobody: returned in the middle
 *         then: Ada 70, Bob 80, on another connection
 *
 * The statements of a transaction need one lease for all of them: on another
 * connection they are in another transaction. After an error in the middle the
 * borrower rolls back before it returns the lease. If it forgets, no harm is done:
 * the pool closes the connection, and the server undoes what was done. The table
 * is the program's own, in MYSQL_DATABASE; it is dropped at the end.
 */
#include "mariadb_pool.h"
#include "mariadb_task.h"
#include "pool_task.h"
#include "task_main.h"

#include <err.h>
#include <mysqld_error.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char create[] = "CREATE TABLE %s (name VARCHAR(20), "
                             "balance INT CHECK (balance >= 0))";
static const char insert[] = "INSERT INTO %s VALUES ('Ada', 100), ('Bob', 50)";
static const char show[] = "SELECT GROUP_CONCAT(name, ' ', balance "
                           "ORDER BY name SEPARATOR ', ') FROM %s";
static const char give[] = "UPDATE %s SET balance = balance + %d "
                           "WHERE name = 'Bob'";
static const char take[] = "UPDATE %s SET balance = balance - %d "
                           "WHERE name = 'Ada'";
static const char drop[] = "DROP TABLE IF EXISTS %s";

/* async def main(), and what its borrowers share. Lives in main. */
struct program {
    struct task task;
    struct mariadb_server server;
    struct pool_handle pool;
    char table[32];
    unsigned long shown_by; /* the connection of the last show, or 0 */
    bool has_table, failed;
    struct borrower { /* the one that main awaits */
        struct task task;
        struct program *program;
        struct loan loan;
        struct cursor cursor;
        const char *words; /* a title, or a statement */
        int amount, attempts, error;
        char query[160]; /* or what else has failed */
    } borrower;
};

/* await cursor.execute(…): the table and the amount are put into the statement. */
static bool execute(struct borrower *self, const char *statement)
{
    /* cppcheck-suppress wrongPrintfScanfArgNum ; some need fewer */
    snprintf(self->query, sizeof self->query, statement, self->program->table,
             self->amount);
    cursor_init(&self->cursor, mariadb_of(self->loan.lease));
    return cursor_execute(&self->task, &self->cursor, self->query);
}

/* The end of `async with`. It reports an error before the lease is back, because
 * the server's words are lost then. */
static void give_back(struct borrower *self)
{
    const char *error = self->task.error;

    if (error == MARIADB_FAILED)
        error = mariadb_error(self->cursor.mariadb);
    if (error && error != TASK_CANCELLED)
        warnx("%s: %s", self->query, error);
    loan_release(&self->loan);
}

static void execute_run(struct task *me)
{
    struct borrower *self = (struct borrower *)me;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, &self->program->pool));
    AWAIT(me, execute(self, self->words));
    TASK_FINALLY(me);
    give_back(self);
    TASK_END(me);
}

/* async def show(pool, title) */
static void show_run(struct task *me)
{
    struct borrower *self = (struct borrower *)me;
    unsigned long id, last = self->program->shown_by;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, &self->program->pool));
    AWAIT(me, execute(self, show));
    AWAIT(me, cursor_fetch_one(me, &self->cursor));
    if (!self->cursor.row || !self->cursor.row[0])
        TASK_FAIL(me, "no row came");
    id = mysql_thread_id(mariadb_handle(self->cursor.mariadb));
    printf("%s: %s%s\n", self->words, self->cursor.row[0],
           last == 0    ? ""
           : last == id ? ", on the same connection"
                        : ", on another connection");
    self->program->shown_by = id;
    TASK_FINALLY(me);
    give_back(self);
    TASK_END(me);
}

/* async def transfer(pool, amount) */
static void transfer_run(struct task *me)
{
    struct borrower *self = (struct borrower *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, &self->program->pool));
    do {
        AWAIT(me, execute(self, "BEGIN"));
        AWAIT_CATCH(me, error, execute(self, give));
        if (!error)
            AWAIT_CATCH(me, error, execute(self, take));
        if (!error)
            AWAIT_CATCH(me, error, execute(self, "COMMIT"));
        if (!error) {
            printf("%d from Ada to Bob: committed\n", self->amount);
            TASK_RETURN(me);
        }
        self->error = self->cursor.error;
        if (error != MARIADB_FAILED || !mariadb_error_is_servers(self->error))
            TASK_FAIL(me, error); /* there is no server to roll back */
        AWAIT(me, execute(self, "ROLLBACK"));
    } while (self->error == ER_LOCK_DEADLOCK && ++self->attempts < 3);
    printf("%d from Ada to Bob: error %d, rolled back\n", self->amount,
           self->error);
    TASK_FINALLY(me);
    give_back(self);
    TASK_END(me);
}

/* async def forget(pool) */
static void forget_run(struct task *me)
{
    struct borrower *self = (struct borrower *)me;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, &self->program->pool));
    AWAIT(me, execute(self, "BEGIN"));
    AWAIT(me, execute(self, take));
    printf("%d from Ada to nobody: returned in the middle\n", self->amount);
    TASK_FINALLY(me);
    give_back(self);
    TASK_END(me);
}

/* await show(pool, title), await transfer(pool, amount) … */
static bool call(struct program *self, void (*run)(struct task *me),
                 const char *words, int amount)
{
    self->borrower = (struct borrower){.program = self,
                                       .words = words,
                                       .amount = amount,
                                       .query = "cannot borrow a connection"};
    task_create(self->task.loop, &self->borrower.task, run, "borrower");
    return task_await(&self->task, &self->borrower.task);
}

static void program_run(struct task *me)
{
    static const struct pool_options one = {1, 1, -1};
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    self->server.base = me->loop->base;
    AWAIT(me, pool_create(me, &self->pool, &mariadb_pool_methods, &self->server,
                          &one));
    self->has_table =
        true; /* from here on: it may be cancelled in the middle */
    AWAIT(me, call(self, execute_run, create, 0));
    AWAIT(me, call(self, execute_run, insert, 0));
    AWAIT(me, call(self, show_run, "at first", 0));
    AWAIT(me, call(self, transfer_run, NULL, 30));
    AWAIT(me, call(self, show_run, "then", 0));
    AWAIT(me, call(self, transfer_run, NULL, 500));
    AWAIT(me, call(self, show_run, "then", 0));
    AWAIT(me, call(self, forget_run, NULL, 40));
    AWAIT(me, call(self, show_run, "then", 0));
    TASK_FINALLY(me);
    self->failed = me->error && me->error != TASK_CANCELLED;
    if (self->failed && !self->pool.pool)
        warnx("cannot connect: %s", me->error);
    if (self->has_table) {
        AWAIT_CATCH(me, error, call(self, execute_run, drop, 0));
        self->failed = self->failed || error;
    }
    AWAIT(me, pool_wait_closed(me, &self->pool));
    if (self->failed)
        TASK_FAIL(me, NULL); /* it was reported */
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    const char *error;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: transfer [-h]\n"
             "Transactions on a borrowed connection, in a table of its own.\n"
             "The server: MYSQL_HOST MYSQL_TCP_PORT MYSQL_USER MYSQL_PWD "
             "MYSQL_DATABASE;\nscripts/with-mariadb starts one and sets them.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        warnx("unexpected argument '%s': usage: transfer [-h]", argv[1]);
        return 2;
    }

    signal(SIGPIPE, SIG_IGN);
    snprintf(program.table, sizeof program.table, "transfer_%ld",
             (long)getpid());
    error = mariadb_server_find(&program.server, NULL);
    if (error)
        errx(1, "the server: %s", error);
    program.failed |= task_main(&program.task, program_run) != 0;
    mysql_library_end();
    return program.failed;
}
