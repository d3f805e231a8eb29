/* tree — tasks that wait, for scripts/task-tree and task_tree_print to look at.
 *
 * Build: cc -I../../modules -o tree tree.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/queue.c ../../modules/task_loop.c ../../modules/task_tree.c $(pkg-config --cflags --libs libevent)
 * Run:   ./tree [deadlock | waits | none | N]    prints a line, then waits until
 *                                                SIGTERM; prints its own tree on SIGUSR1
 */
#include "group.h"
#include "queue.h"
#include "task_tree.h"
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A lock as in 05, the bare minimum. */
struct lock {
    struct task_waiters waiters;
};

static bool lock_acquire(struct task *me, struct lock *lock)
{
    if (lock->waiters.holder)
        return task_wait_in(me, &lock->waiters, NULL);
    lock->waiters.holder = me;
    return task_ready(me, NULL);
}

/* Takes the first lock, yields, and asks for the second. */
struct transfer {
    struct task task;
    struct lock *first, *second;
};

static void transfer_run(struct task *me)
{
    struct transfer *self = (struct transfer *)me;

    TASK_BEGIN(me);
    AWAIT(me, lock_acquire(me, self->first));
    AWAIT(me, task_sleep(me, 0));
    AWAIT(me, lock_acquire(me, self->second));
    TASK_END(me);
}

/* Waits in one of several ways, which its name tells. */
struct waiter {
    struct task task, inner;
    struct program *program;
};

struct program {
    struct task task;
    struct group group;
    struct lock a, b;
    struct transfer transfers[2];
    struct waiter waiters[5];
    struct queue queue;
    struct semaphore semaphore;
    int slots[1];
    const char *scene;
    struct task *many;
    long count;
};

static void sleeper_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    TASK_FINALLY(me);
    AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    TASK_END(me);
}

static void getter_run(struct task *me)
{
    struct program *program = ((struct waiter *)me)->program;

    TASK_BEGIN(me);
    AWAIT(me, queue_get(me, &program->queue, program->slots));
    TASK_END(me);
}

static void within_run(struct task *me)
{
    struct program *program = ((struct waiter *)me)->program;

    TASK_BEGIN(me);
    AWAIT(me, task_within(me, 3600 * TASK_SECOND,
                          semaphore_acquire(me, &program->semaphore)));
    TASK_END(me);
}

static void awaiter_run(struct task *me)
{
    struct waiter *self = (struct waiter *)me;

    TASK_BEGIN(me);
    task_create(me->loop, &self->inner, sleeper_run, "stubborn");
    AWAIT(me, task_await(me, &self->inner));
    TASK_END(me);
}

static void create_waiters(struct program *self)
{
    static void (*const runs[])(struct task *) = {sleeper_run, getter_run,
                                                  within_run, awaiter_run};
    static const char *const names[] = {"sleeper", "getter", "within",
                                        "awaiter"};

    for (int i = 0; i < 4; i++) {
        self->waiters[i].program = self;
        group_create(&self->group, &self->waiters[i].task, runs[i], names[i]);
    }
}

static void create_deadlock(struct program *self)
{
    self->transfers[0].first = self->transfers[1].second = &self->a;
    self->transfers[1].first = self->transfers[0].second = &self->b;
    group_create(&self->group, &self->transfers[0].task, transfer_run,
                 "to the left");
    group_create(&self->group, &self->transfers[1].task, transfer_run,
                 "to the right");
}

static void create_many(struct program *self)
{
    self->many = calloc((size_t)self->count, sizeof *self->many);
    if (!self->many)
        err(1, "calloc");
    for (long i = 0; i < self->count; i++)
        group_create(&self->group, &self->many[i], sleeper_run, "one");
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    group_init(&self->group, me, NULL);
    queue_init(&self->queue, self->slots, sizeof self->slots[0], 1);
    semaphore_init(&self->semaphore, 0);
    task_waiters_init(&self->a.waiters, "lock a");
    task_waiters_init(&self->b.waiters, "lock b");
    if (!strcmp(self->scene, "deadlock"))
        create_deadlock(self);
    else if (self->count > 0)
        create_many(self);
    else
        create_waiters(self);
    AWAIT(me, task_sleep(me, 10 * TASK_MS));
    if (!strcmp(self->scene, "waits"))
        task_cancel(&self->waiters[3].task);
    AWAIT(me, task_sleep(me, 10 * TASK_MS));
    puts("they wait");
    fflush(stdout);
    AWAIT(me, group_join(me, &self->group));
    TASK_END(me);
}

static void on_usr1(evutil_socket_t number, short events, void *arg)
{
    (void)number;
    (void)events;
    task_tree_print(arg, stdout);
    fflush(stdout);
}

/* The end, in the middle of the waits: this is a test's to kill. */
static void on_term(evutil_socket_t number, short events, void *arg)
{
    (void)number;
    (void)events;
    event_base_loopbreak(arg);
}

int main(int argc, char **argv)
{
    static struct program program;
    struct event_base *base = event_base_new();
    struct task_loop loop;
    struct event *usr1, *term;

    program.scene = argc > 1 ? argv[1] : "waits";
    program.count = strtol(program.scene, NULL, 10);
    if (!base || task_loop_init(&loop, base) < 0)
        errx(1, "cannot make an event loop");
    usr1 = evsignal_new(base, SIGUSR1, on_usr1, &loop);
    term = evsignal_new(base, SIGTERM, on_term, base);
    if (!usr1 || !term || event_add(usr1, NULL) < 0 ||
        event_add(term, NULL) < 0)
        errx(1, "cannot watch signals");
    if (strcmp(program.scene, "none") != 0) {
        task_create(&loop, &program.task, program_run, "main");
    } else {
        puts("they wait");
        fflush(stdout);
    }
    event_base_dispatch(base);
    event_free(usr1);
    event_free(term);
    task_loop_free(&loop);
    event_base_free(base);
    free(program.many);
    libevent_global_shutdown();
    return 0;
}
