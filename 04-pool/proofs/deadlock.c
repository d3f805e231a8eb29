/* deadlock — two transactions, each of which waits for what the other has locked.
 *
 * Build: cc -I../modules -I../../03-tasks/modules -I../../02-sockets/modules -o deadlock deadlock.c ../modules/mariadb_task.c ../modules/pool_task.c ../modules/waiters.c ../../03-tasks/modules/await.c ../../03-tasks/modules/group.c ../../03-tasks/modules/heap.c ../../03-tasks/modules/task_loop.c ../../03-tasks/modules/task_main.c ../../02-sockets/modules/monotonic.c ../../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:   ../../scripts/with-mariadb ./deadlock
 *
 * One takes from Ada and gives to Bob, the other from Bob to Ada. Both take first,
 * and wait for each other before they give. The server ends one of them (1213), and
 * with it all that it has done; it begins anew when it has rolled back.
 */
#include "group.h"
#include "mariadb_pool.h"
#include "mariadb_task.h"
#include "pool_task.h"
#include "task_main.h"

#include <mysqld_error.h>
#include <signal.h>
#include <stdio.h>

struct transfer {
    struct task task;
    struct program *program;
    struct loan loan;
    struct cursor cursor;
    const char *take, *give;
    bool undone; /* the server chose this one */
};

struct program {
    struct task task;
    struct mariadb_server server;
    struct pool_handle pool;
    struct group group;
    struct transfer transfers[2];
    int have_taken; /* transfers that hold their first lock */
    struct loan loan;
    struct cursor cursor;
};

static bool execute(struct transfer *self, const char *text)
{
    return cursor_execute(&self->task, &self->cursor, text);
}

static void transfer_run(struct task *me)
{
    struct transfer *self = (struct transfer *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, &self->program->pool));
    cursor_init(&self->cursor, mariadb_of(self->loan.lease));
    do {
        AWAIT(me, execute(self, "BEGIN"));
        AWAIT(me, execute(self, self->take));
        self->program->have_taken++;
        while (self->program->have_taken < 2)
            AWAIT(me, task_sleep(me, TASK_MS));
        AWAIT_CATCH(me, error, execute(self, self->give));
        if (error && self->cursor.error != ER_LOCK_DEADLOCK)
            TASK_FAIL(me, error);
        self->undone = error != NULL;
        if (self->undone)
            printf("error %d\n", self->cursor.error);
        AWAIT(me, execute(self, self->undone ? "ROLLBACK" : "COMMIT"));
    } while (self->undone);
    TASK_FINALLY(me);
    loan_release(&self->loan);
    TASK_END(me);
}

#define SET "UPDATE deadlock SET balance = balance "

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    group_init(&self->group, me, NULL);
    self->server.base = me->loop->base;
    AWAIT(me, pool_create(me, &self->pool, &mariadb_pool_methods, &self->server,
                          NULL));
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    cursor_init(&self->cursor, mariadb_of(self->loan.lease));
    AWAIT(me, cursor_execute(me, &self->cursor,
                             "CREATE OR REPLACE TABLE deadlock "
                             "(name VARCHAR(9) PRIMARY KEY, balance INT)"));
    AWAIT(me, cursor_execute(me, &self->cursor,
                             "INSERT INTO deadlock VALUES ('Ada', 100), "
                             "('Bob', 50)"));
    self->transfers[0] =
        (struct transfer){.program = self,
                          .take = SET "- 30 WHERE name = 'Ada'",
                          .give = SET "+ 30 WHERE name = 'Bob'"};
    self->transfers[1] =
        (struct transfer){.program = self,
                          .take = SET "- 5 WHERE name = 'Bob'",
                          .give = SET "+ 5 WHERE name = 'Ada'"};
    for (int i = 0; i < 2; i++)
        group_create(&self->group, &self->transfers[i].task, transfer_run,
                     "transfer");
    AWAIT(me, group_join(me, &self->group));
    AWAIT(me, cursor_execute(me, &self->cursor,
                             "SELECT GROUP_CONCAT(name, ' ', balance ORDER BY "
                             "name SEPARATOR ', ') FROM deadlock"));
    AWAIT(me, cursor_fetch_one(me, &self->cursor));
    puts(self->cursor.row[0]);
    AWAIT(me, cursor_execute(me, &self->cursor, "DROP TABLE deadlock"));
    TASK_FINALLY(me);
    group_cancel(&self->group);
    AWAIT(me, group_join(me, &self->group));
    loan_release(&self->loan);
    AWAIT(me, pool_wait_closed(me, &self->pool));
    TASK_END(me);
}

int main(void)
{
    struct program program = {0};
    int status;

    signal(SIGPIPE, SIG_IGN);
    if (mariadb_server_find(&program.server, NULL))
        return 2;
    status = task_main(&program.task, program_run);
    mysql_library_end();
    return status;
}
