/* loans — tasks and a pool of made-up connections: a scene for each rule.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -o loans loans.c ../../modules/connection_pool.c ../../modules/pool_task.c ../../modules/scripted.c ../../modules/waiters.c ../../../03-tasks/modules/await.c ../../../03-tasks/modules/heap.c ../../../03-tasks/modules/task_loop.c $(pkg-config --cflags --libs libevent)
 * Run:   ./loans refused | slow | leaves | late | handed | closing | patience
 *
 * refused: the pool cannot be made. slow: its creation is cancelled. leaves: a
 * borrower that waits is cancelled, the next one is served. late: its deadline
 * passes. handed: it is cancelled when its lease has come and its turn has not.
 * closing: it waits, or asks, while the pool closes. patience: the wait for the end
 * has a deadline, and a borrower keeps its lease until it is cut.
 */
#include "pool_task.h"
#include "scripted.h"

#include <stdio.h>
#include <string.h>

struct borrower {
    struct task task;
    struct pool_handle *pool;
    struct loan loan;
    int64_t within; /* us */
};

/* The main task: it lends to itself, too. */
struct program {
    struct task task;
    struct scripted_server server;
    struct pool_handle pool;
    struct loan loan;
    struct borrower a, b;
};

static void tell(const char *who, const struct loan *loan, const char *error)
{
    struct scripted *connection = loan->lease.connection;

    printf("%s: %s, ", who, error ? error : "no error");
    if (connection)
        printf("has %d\n", connection->number);
    else
        puts("has none");
}

static void on_trace(const struct scripted *connection, const char *what)
{
    printf("%d %s\n", connection->number, what);
}

static void borrower_run(struct task *me)
{
    struct borrower *self = (struct borrower *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT_CATCH(me, error,
                task_within(me, self->within,
                            loan_acquire(me, &self->loan, self->pool)));
    tell(me->name, &self->loan, error);
    AWAIT(me, task_sleep(me, 0));
    puts("it was not cancelled");
    TASK_FINALLY(me);
    loan_release(&self->loan);
    loan_release(&self->loan); /* does nothing */
    TASK_FAIL(me, NULL);       /* its error was told */
    TASK_END(me);
}

static void borrow(struct program *self, struct borrower *borrower,
                   const char *name, int64_t within)
{
    *borrower = (struct borrower){.pool = &self->pool, .within = within};
    task_create(self->task.loop, &borrower->task, borrower_run, name);
}

static bool create(struct program *self, int min_size, int max_size)
{
    struct pool_options options = {min_size, max_size, -1};

    self->server.base = self->task.loop->base;
    self->server.trace = on_trace;
    return pool_create(&self->task, &self->pool, &scripted_methods,
                       &self->server, &options);
}

/* The pool cannot be made: why, in words, and there is none. */
static void refused_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    self->server.refuses = "no route";
    AWAIT_CATCH(me, error, create(self, 2, 2));
    printf("%s, %s\n", error, self->pool.pool ? "a pool" : "no pool");
    AWAIT_CATCH(me, error, create(self, 3, 2));
    printf("%s, %s\n", error, self->pool.pool ? "a pool" : "no pool");
    AWAIT_CATCH(me, error, loan_acquire(me, &self->loan, &self->pool));
    tell("main", &self->loan, error);
    AWAIT(me, create(self, 0, 1));
    AWAIT_CATCH(me, error, loan_acquire(me, &self->loan, &self->pool));
    tell("main", &self->loan, error);
    AWAIT(me, pool_wait_closed(me, &self->pool));
    AWAIT(me, pool_wait_closed(me, &self->pool));
    puts("over at once");
    TASK_END(me);
}

static void slow_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    self->server.slow = true;
    AWAIT_CATCH(me, error, task_within(me, 10 * TASK_MS, create(self, 2, 2)));
    printf("%s, %s\n", error, self->pool.pool ? "a pool" : "no pool");
    TASK_END(me);
}

/* A waits and is interrupted, B waits behind it. */
static void leaves_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    AWAIT(me, create(self, 0, 1));
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    borrow(self, &self->a, "A", TASK_SECOND);
    borrow(self, &self->b, "B", TASK_SECOND);
    AWAIT(me, task_sleep(me, 0));
    task_cancel(&self->a.task);
    loan_release(&self->loan);
    AWAIT(me, task_await(me, &self->b.task));
    TASK_FINALLY(me);
    loan_release(&self->loan);
    AWAIT(me, pool_wait_closed(me, &self->pool));
    TASK_END(me);
}

static void late_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    AWAIT(me, create(self, 0, 1));
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    borrow(self, &self->a, "A", 5 * TASK_MS);
    AWAIT(me, task_await(me, &self->a.task));
    loan_release(&self->loan);
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    loan_release(&self->loan);
    TASK_FINALLY(me);
    loan_release(&self->loan);
    AWAIT(me, pool_wait_closed(me, &self->pool));
    TASK_END(me);
}

/* When main goes on, the pool has served A, whose turn is behind main's. */
static void handed_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    AWAIT(me, create(self, 0, 1));
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    borrow(self, &self->a, "A", TASK_SECOND);
    AWAIT(me, task_sleep(me, 0));
    loan_release(&self->loan);
    AWAIT(me, task_sleep(me, 0));
    puts(self->a.loan.lease.connection ? "handed over" : "not yet");
    task_cancel(&self->a.task);
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    tell("main", &self->loan, NULL);
    loan_release(&self->loan);
    TASK_FINALLY(me);
    loan_release(&self->loan);
    AWAIT(me, pool_wait_closed(me, &self->pool));
    TASK_END(me);
}

static void closing_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    AWAIT(me, create(self, 0, 1));
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    borrow(self, &self->a, "A", TASK_SECOND);
    AWAIT(me, task_sleep(me, 0));
    pool_close(self->pool.pool, NULL, NULL);
    borrow(self, &self->b, "B", TASK_SECOND);
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    puts(self->pool.pool ? "waits for the lease" : "closed too early");
    loan_release(&self->loan);
    TASK_FINALLY(me);
    loan_release(&self->loan);
    AWAIT(me, pool_wait_closed(me, &self->pool));
    TASK_END(me);
}

/* As a borrower's query fails when its connection is cut, so here does A. */
static void on_cut(const struct scripted *connection, const char *what)
{
    struct program *self = (struct program *)(void *)connection->server;

    self = (struct program *)(void *)((char *)self -
                                      offsetof(struct program, server));
    on_trace(connection, what);
    if (connection->cut)
        loan_release(&self->loan);
}

static void patience_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT(me, create(self, 0, 1));
    AWAIT(me, loan_acquire(me, &self->loan, &self->pool));
    self->server.trace = on_cut;
    TASK_FINALLY(me);
    AWAIT_CATCH(
        me, error,
        task_within(me, 10 * TASK_MS, pool_wait_closed(me, &self->pool)));
    printf("%s, %s\n", error ? error : "no error",
           self->pool.pool ? "a pool" : "no pool");
    TASK_END(me);
}

static const struct {
    const char *name;
    void (*run)(struct task *me);
} scenes[] = {
    {"refused", refused_run},   {"slow", slow_run},
    {"leaves", leaves_run},     {"late", late_run},
    {"handed", handed_run},     {"closing", closing_run},
    {"patience", patience_run},
};

/* As task_main, but the scripted connections end before the base does. */
static int play(void (*scene)(struct task *me))
{
    struct event_base *base = event_base_new();
    struct program program = {0};
    struct task_loop loop;
    int status = 1;

    if (base && task_loop_init(&loop, base) == 0) {
        task_create(&loop, &program.task, scene, "main");
        status = task_run(&loop, &program.task) == 0 ? 0 : 1;
        scripted_free(&program.server);
        task_loop_free(&loop);
    }
    if (program.server.fault)
        puts(program.server.fault);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof scenes / sizeof *scenes; i++) {
        if (!strcmp(scenes[i].name, argv[1]))
            return play(scenes[i].run);
    }
    return 2;
}
