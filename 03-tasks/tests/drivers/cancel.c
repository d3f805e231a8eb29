/* cancel — cancelling a task in each state it can be in: it ends once, with one
 * outcome, its clean-up runs once, and nothing it held is lost.
 *
 * Build: cc -I../../modules -o cancel cancel.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/queue.c ../../modules/readiness.c ../../modules/task_loop.c $(pkg-config --cflags --libs libevent)
 */
#include "group.h"
#include "queue.h"
#include "readiness.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum state {
    NEW,
    YIELDS,
    SLEEPS,
    ACQUIRES,
    HOLDS,
    GETS,
    PUTS,
    READS,
    AWAITS,
    GATHERS,
    JOINS,
    READY,
    CLEANS_UP,
    CANCELS_ITSELF,
    FINISHED,
    STATES
};

/* What is expected of a victim in that state. */
static const struct row {
    const char *name;
    const char *error; /* words; "" for none */
    int cleaned;       /* how often its clean-up ran */
    int child_cleaned;
} rows[STATES] = {
    [NEW] = {"new", "cancelled", 0, 0},
    [YIELDS] = {"yields", "cancelled", 1, 0},
    [SLEEPS] = {"sleeps", "cancelled", 1, 0},
    [ACQUIRES] = {"waits for a semaphore", "cancelled", 1, 0},
    [HOLDS] = {"holds a semaphore", "cancelled", 1, 0},
    [GETS] = {"waits for an item", "cancelled", 1, 0},
    [PUTS] = {"waits for room in a queue", "cancelled", 1, 0},
    [READS] = {"waits for a descriptor", "cancelled", 1, 0},
    [AWAITS] = {"awaits a task", "cancelled", 1, 1},
    [GATHERS] = {"gathers", "cancelled", 1, 1},
    [JOINS] = {"joins a group", "cancelled", 1, 1},
    [READY] = {"has its result, not its turn", "cancelled", 1, 0},
    [CLEANS_UP] = {"is in its clean-up", "cancelled", 1, 0},
    [CANCELS_ITSELF] = {"cancels itself", "cancelled", 1, 0},
    [FINISHED] = {"finished", "", 1, 0},
};

struct child {
    struct task task;
    int cleaned;
};

/* Puts itself into a state. It owns what it waits for. */
struct victim {
    struct task task;
    enum state state;
    struct semaphore semaphore;
    struct queue queue;
    int slot, item;
    int ends[2]; /* of a pipe */
    struct readiness readable;
    struct child child;
    struct task *children[1];
    struct gather gather;
    struct group group;
    bool holds, cancelled;
    int cleaned;
};

static void child_run(struct task *me)
{
    struct child *self = (struct child *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    TASK_FINALLY(me);
    AWAIT(me, task_sleep(me, TASK_MS)); /* a clean-up may await */
    self->cleaned++;
    TASK_END(me);
}

/* The wait of that state. */
static bool victim_wait(struct task *me)
{
    struct victim *self = (struct victim *)me;

    switch (self->state) {
    case YIELDS:
        return task_sleep(me, 0);
    case ACQUIRES:
    case READY:
        return semaphore_acquire(me, &self->semaphore);
    case GETS:
        return queue_get(me, &self->queue, &self->item);
    case PUTS:
        return queue_put(me, &self->queue, &self->item);
    case READS:
        return readiness_wait(me, &self->readable);
    case AWAITS:
        return task_await(me, &self->child.task);
    case GATHERS:
        return gather(me, &self->gather, self->children, 1);
    case JOINS:
        return group_join(me, &self->group);
    default:
        return task_sleep(me, 3600 * TASK_SECOND);
    }
}

static void victim_run(struct task *me)
{
    struct victim *self = (struct victim *)me;

    TASK_BEGIN(me);
    if (self->state == FINISHED || self->state == CLEANS_UP)
        TASK_RETURN(me);
    if (self->state == HOLDS) {
        semaphore_release(&self->semaphore);
        AWAIT(me, semaphore_acquire(me, &self->semaphore));
        self->holds = true;
    }
    if (self->state == PUTS && !queue_try_put(&self->queue, &self->item))
        TASK_FAIL(me, "the queue is full");
    if (self->state == AWAITS || self->state == GATHERS)
        task_create(me->loop, &self->child.task, child_run, "child");
    if (self->state == JOINS)
        group_create(&self->group, &self->child.task, child_run, "child");
    if (self->state == CANCELS_ITSELF) /* delivered at the await */
        self->cancelled = task_cancel(me) && !task_done(me);
    AWAIT(me, victim_wait(me));
    if (self->state == READY) /* the wait was over; the next is cancelled */
        AWAIT(me, task_sleep(me, 0));
    puts("a cancelled task has gone on");

    TASK_FINALLY(me);
    self->cleaned++;
    if (self->holds)
        semaphore_release(&self->semaphore);
    if (self->state == CLEANS_UP)
        AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    TASK_END(me);
}

/* Main: makes the victims, one at a time, and cancels them. */
struct program {
    struct task task;
    struct victim victim;
    int state, wrong;
    const char *error;
};

/* Prepares the victim. Returns 0, or -1 if there is no memory or descriptor. */
static int prepare(struct program *self)
{
    struct victim *victim = &self->victim;

    *victim = (struct victim){.state = (enum state)self->state};
    semaphore_init(&victim->semaphore, 0);
    queue_init(&victim->queue, &victim->slot, sizeof victim->slot, 1);
    group_init(&victim->group, &victim->task, NULL);
    victim->children[0] = &victim->child.task;
    if (pipe(victim->ends) < 0 ||
        evutil_make_socket_nonblocking(victim->ends[0]) < 0)
        return -1;
    return readiness_init(&victim->readable, self->task.loop, victim->ends[0],
                          EV_READ);
}

/* Did the victim end as its row says, with nothing kept? */
static void judge(struct program *self)
{
    const struct row *row = &rows[self->state];
    struct victim *victim = &self->victim;
    size_t permits = self->state == HOLDS;
    bool good = !strcmp(self->error ? self->error : "", row->error) &&
                victim->cleaned == row->cleaned &&
                victim->child.cleaned == row->child_cleaned &&
                victim->semaphore.free == permits &&
                !event_pending(victim->readable.event, EV_READ, NULL) &&
                victim->cancelled == (self->state != FINISHED) &&
                !task_cancel(&victim->task);

    printf("%-30s %s, clean-up: %d\n", row->name,
           self->error ? self->error : "nothing happens", victim->cleaned);
    if (!good) {
        printf("expected: %s, clean-up %d, child's %d\n", row->error,
               row->cleaned, row->child_cleaned);
        self->wrong++;
    }
    readiness_free(&victim->readable);
    close(victim->ends[0]);
    close(victim->ends[1]);
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    struct victim *victim = &self->victim;

    TASK_BEGIN(me);
    for (self->state = 0; self->state < STATES; self->state++) {
        if (prepare(self) < 0)
            TASK_FAIL(me, "out of descriptors");
        task_create(me->loop, &victim->task, victim_run, "victim");
        if (self->state != NEW)
            AWAIT(me, task_sleep(me, 0));
        if (self->state != NEW && self->state != YIELDS)
            AWAIT(me, task_sleep(me, 0)); /* its child has begun, too */
        if (self->state == READY)
            semaphore_release(&victim->semaphore);
        victim->cancelled |= task_cancel(&victim->task);
        task_cancel(&victim->task); /* once more, before it is delivered */
        AWAIT_CATCH(me, self->error, task_await(me, &victim->task));
        judge(self);
    }
    TASK_END(me);
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct program program = {.wrong = 0};
    struct task_loop loop = {0};
    int reported;

    if (!base || task_loop_init(&loop, base) < 0)
        return 1;
    task_create(&loop, &program.task, program_run, "main");
    reported = task_run(&loop, &program.task);
    printf("tasks alive at exit: %zu\n", loop.alive);
    task_loop_free(&loop);
    event_base_free(base);
    libevent_global_shutdown();
    return program.wrong == 0 && reported == 0 ? 0 : 1;
}
