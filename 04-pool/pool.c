/* pool — borrow a connection, run a query, give it back, close the pool.
 *
 * Twin:   pool.py (aiomysql.create_pool, acquire, cursor, close, wait_closed)
 * Build:  cc -Imodules -I../03-tasks/modules -I../02-sockets/modules -o pool pool.c modules/connection_pool.c modules/coroutine.c modules/mariadb_async.c modules/mariadb_socket.c modules/mariadb_step.c modules/mariadb_dial.c modules/mariadb_kill.c modules/mariadb_pool.c modules/mariadb_task.c modules/pool_task.c modules/waiters.c ../03-tasks/modules/await.c ../03-tasks/modules/heap.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:    ../scripts/with-mariadb ./pool
 * Prints: ('10.11.19-MariaDB-0+deb12u1',)
 *
 * MYSQL_HOST (127.0.0.1), MYSQL_TCP_PORT (3306), MYSQL_USER (root), MYSQL_PWD
 * and MYSQL_DATABASE (both empty) say which server.
 */
#include "mariadb_pool.h"
#include "mariadb_task.h"
#include "pool_task.h"
#include "task_main.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* async def main(). The struct is a local variable of main(). */
struct program {
    struct task task;
    struct mariadb_server server; /* host, user …: create_pool's arguments */
    struct pool_handle pool;
    struct loan loan;
    struct cursor cursor;
    bool failed; /* the exit status is 1; the reason is printed already */
};

/* Prints a row with one column as Python prints a tuple with one str: in '…',
 * or in "…" if it has a ' and no ". Escapes only that quote and backslashes. */
static void print_row(const char *text)
{
    char quote = strchr(text, '\'') && !strchr(text, '"') ? '"' : '\'';

    printf("(%c", quote);
    for (; *text; text++) {
        if (*text == quote || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    printf("%c,)\n", quote);
}

/* Prints the error, with the step that failed: a lease means the query, a pool
 * without one means acquire, no pool means create_pool. Call it before
 * loan_release: the connection owns the message. Returns whether it has printed
 * one; a cancellation is no failure of ours, and task_main reports it. */
static bool report(const struct program *self, const char *error)
{
    if (!error || error == TASK_CANCELLED)
        return false;
    if (error == MARIADB_FAILED)
        error = mariadb_error(self->cursor.mariadb);
    if (self->loan.lease.connection)
        warnx("the query failed: %s", error);
    else if (self->pool.pool)
        warnx("cannot borrow a connection: %s", error);
    else
        warnx("cannot connect to %s port %u: %s", self->server.where.host,
              self->server.where.port, error);
    return true;
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    self->server.base = me->loop->base; /* main() had none yet */
    AWAIT(me, pool_create(me, &self->pool, &mariadb_pool_methods, &self->server,
                          NULL));
    AWAIT(me, task_within(me, 10 * TASK_SECOND,
                          loan_acquire(me, &self->loan, &self->pool)));
    cursor_init(&self->cursor, mariadb_of(self->loan.lease));
    AWAIT(me, cursor_execute(me, &self->cursor, "SELECT VERSION()"));
    AWAIT(me, cursor_fetch_one(me, &self->cursor));
    /* None in Python: there is no row. Or its column is SQL's NULL. */
    if (!self->cursor.row || !self->cursor.row[0])
        TASK_FAIL(me, "no row came");
    print_row(self->cursor.row[0]);

    TASK_FINALLY(me);
    self->failed = report(self, me->error);
    loan_release(&self->loan); /* the end of `async with pool.acquire()` */
    AWAIT(me, pool_wait_closed(me, &self->pool));
    if (self->failed)
        TASK_FAIL(me, NULL); /* drop the error: it is printed already */
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    const char *error;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: pool [-h]\n"
             "Asks a MariaDB for its version through a connection pool.\n"
             "The server: MYSQL_HOST MYSQL_TCP_PORT MYSQL_USER MYSQL_PWD "
             "MYSQL_DATABASE;\nscripts/with-mariadb starts one and sets them.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        warnx("unexpected argument '%s': usage: pool [-h]", argv[1]);
        return 2;
    }

    signal(SIGPIPE, SIG_IGN); /* as Python does: see mariadb_async.h */
    error = mariadb_server_find(&program.server, NULL); /* no event base yet */
    if (error)
        errx(1, "%s", error);
    program.failed |= task_main(&program.task, program_run) != 0;
    mysql_library_end(); /* frees what the library has kept for itself */
    return program.failed;
}
