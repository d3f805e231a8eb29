/* task_load — pool_load with tasks: what does an await cost?
 *
 * Twin:   pool_load.py (aiomysql), for make bench to compare
 * Build:  cc -Imodules -I../03-tasks/modules -I../02-sockets/modules -o task_load task_load.c modules/load.c modules/connection_pool.c modules/coroutine.c modules/mariadb_async.c modules/mariadb_socket.c modules/mariadb_step.c modules/mariadb_dial.c modules/mariadb_kill.c modules/mariadb_pool.c modules/mariadb_task.c modules/pool_task.c modules/waiters.c ../03-tasks/modules/await.c ../03-tasks/modules/group.c ../03-tasks/modules/heap.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/options.c ../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:    ../scripts/with-mariadb ./task_load -c 10 -w 50 -q 20000
 * Prints: 48210 queries/s, the waits for a connection, how many were opened,
 *         and last: 20000 ok, 0 failed
 *
 * The same workers as in pool_load, and the same options; but each worker is a task,
 * and what is a chain of five callbacks there is a loop here.
 */
#include "group.h"
#include "load.h"
#include "mariadb_task.h"
#include "pool_task.h"
#include "task_main.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* The main task; lives in main. */
struct program {
    struct task task;
    struct load load;
    struct pool_options options;
    struct pool_handle pool;
    struct worker *workers; /* owned */
    struct group group;
};

struct worker {
    struct task task;
    struct program *program;
    struct loan loan;
    struct cursor cursor;
    int number; /* of its query */
    double asked;
};

static void worker_run(struct task *me)
{
    struct worker *self = (struct worker *)me;
    struct load *load = &self->program->load;
    const char *error;
    char text[32];

    TASK_BEGIN(me);
    while (load_next(load, &self->number)) {
        self->asked = load_now();
        AWAIT_CATCH(
            me, error,
            task_within(me, 10 * TASK_SECOND,
                        loan_acquire(me, &self->loan, &self->program->pool)));
        if (error) { /* a pause, so that no stampede meets a server again */
            load_failed(load, error);
            AWAIT(me, task_sleep(me, 100 * TASK_MS));
            continue;
        }
        load_waited(load, self->asked);
        cursor_init(&self->cursor, mariadb_of(self->loan.lease));
        snprintf(text, sizeof text, "SELECT %d", self->number);
        AWAIT_CATCH(me, error, cursor_execute(me, &self->cursor, text));
        if (!error || error == MARIADB_FAILED)
            load_answer(load, self->cursor.mariadb, self->cursor.error,
                        self->number);
        else
            load_failed(load, error);
        loan_release(&self->loan);
    }
    TASK_FINALLY(me);
    loan_release(&self->loan);
    TASK_END(me);
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    group_init(&self->group, me, NULL);
    self->load.server.base = me->loop->base;
    AWAIT(me, pool_create(me, &self->pool, &self->load.methods,
                          &self->load.server, &self->options));
    for (int i = 0; i < self->load.workers; i++) {
        self->workers[i].program = self;
        group_create(&self->group, &self->workers[i].task, worker_run,
                     "worker");
    }
    AWAIT(me, group_join(me, &self->group));
    load_end(&self->load);
    TASK_FINALLY(me);
    group_cancel(&self->group);
    AWAIT(me, group_join(me, &self->group));
    AWAIT(me, pool_wait_closed(me, &self->pool));
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    int status = load_options(
        &program.load, "Loads a MariaDB through a connection pool, with tasks.",
        argc, argv);

    if (status != LOAD_RUN)
        return status;
    signal(SIGPIPE, SIG_IGN);
    program.options = (struct pool_options){
        .max_size = program.load.connections, .recycle_seconds = -1};
    program.workers =
        calloc((size_t)program.load.workers, sizeof *program.workers);
    status = 1;
    if (!program.workers || load_init(&program.load) < 0)
        warnx("cannot start: out of memory");
    else if (task_main(&program.task, program_run) == 0)
        status = load_report(&program.load);
    free(program.workers);
    load_free(&program.load);
    mysql_library_end();
    return status;
}
