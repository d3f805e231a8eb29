/* misuse — what one may not await is an error at once, not a hang.
 *
 * Build: cc -I../../modules -o misuse misuse.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/queue.c ../../modules/task_loop.c $(pkg-config --cflags --libs libevent)
 */
#include "group.h"
#include "queue.h"
#include <stdio.h>

/* A task that does one wrong thing; `other` is who it does it with. */
struct wrong {
    struct task task;
    struct task *other;
    struct task *both[2];
    struct gather gather;
};

static void sleeper_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 20 * TASK_MS));
    TASK_END(me);
}

/* Awaits the other: itself, one that awaits it, one that is awaited already. */
static void awaiter_run(struct task *me)
{
    struct wrong *self = (struct wrong *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_await(me, self->other));
    TASK_END(me);
}

static void gatherer_run(struct task *me)
{
    struct wrong *self = (struct wrong *)me;

    TASK_BEGIN(me);
    self->both[0] = self->both[1] = self->other;
    AWAIT(me, gather(me, &self->gather, self->both, 2));
    TASK_END(me);
}

/* An await within a switch cannot be found again. */
static void switch_run(struct task *me)
{
    TASK_BEGIN(me);
    switch ((int)sizeof *me) {
    default:
        AWAIT(me, task_sleep(me, TASK_MS));
    }
    puts("not reached");
    TASK_END(me);
}

static void return_run(struct task *me)
{
    TASK_BEGIN(me);
    if (me->step == 0)
        return;
    TASK_END(me);
}

/* Waits for an item of its queue. */
struct getter {
    struct task task;
    struct queue queue;
    int slots[1], item;
};

static void getter_run(struct task *me)
{
    struct getter *self = (struct getter *)me;

    TASK_BEGIN(me);
    AWAIT(me, queue_get(me, &self->queue, &self->item));
    TASK_END(me);
}

struct program {
    struct task task;
    struct getter getter;
    struct task sleeper;
    struct wrong first, second;
    const char *error;
};

static void tell(const char *what, const char *error)
{
    printf("%-34s %s\n", what, error ? error : "no error");
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    struct task_loop *loop = me->loop;
    struct task *first = &self->first.task, *second = &self->second.task;

    TASK_BEGIN(me);
    self->first.other = first;
    task_create(loop, first, awaiter_run, "first");
    AWAIT_CATCH(me, self->error, task_await(me, first));
    tell("awaits itself:", self->error);

    self->first.other = second;
    self->second.other = first;
    task_create(loop, first, awaiter_run, "first");
    task_create(loop, second, awaiter_run, "second");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    AWAIT_CATCH(me, self->error, task_await(me, second));
    tell("awaits one that awaits it:", self->error);
    AWAIT_CATCH(me, self->error, task_await(me, first));
    tell("and that one ends with:", self->error);

    self->first.other = &self->sleeper;
    self->second.other = &self->sleeper;
    task_create(loop, &self->sleeper, sleeper_run, "sleeper");
    task_create(loop, first, awaiter_run, "first");
    task_create(loop, second, awaiter_run, "second");
    AWAIT_CATCH(me, self->error, task_await(me, second));
    tell("awaits what another awaits:", self->error);
    AWAIT_CATCH(me, self->error, task_await(me, first));
    tell("who awaited it first:", self->error);
    AWAIT_CATCH(me, self->error, task_await(me, &self->sleeper));
    tell("awaits it again when it is done:", self->error);

    self->second.other = &self->sleeper;
    task_create(loop, &self->sleeper, sleeper_run, "sleeper");
    task_create(loop, second, gatherer_run, "second");
    AWAIT_CATCH(me, self->error, task_await(me, second));
    tell("gathers the same one twice:", self->error);
    AWAIT_CATCH(me, self->error, task_await(me, &self->sleeper));

    self->second.other = &self->first.task;
    self->first.task = (struct task){0};
    task_create(loop, second, awaiter_run, "second");
    AWAIT_CATCH(me, self->error, task_await(me, second));
    tell("awaits one that was not created:", self->error);

    queue_init(&self->getter.queue, self->getter.slots, sizeof(int), 1);
    task_create(loop, &self->getter.task, getter_run, "getter");
    AWAIT(me, task_sleep(me, 0));
    AWAIT(me, task_sleep(me, 0));
    queue_close(&self->getter.queue);
    AWAIT_CATCH(me, self->error, task_await(me, &self->getter.task));
    tell("waits for an item, the queue closes:", self->error);

    task_create(loop, first, switch_run, "first");
    AWAIT_CATCH(me, self->error, task_await(me, first));
    tell("AWAIT in a switch:", self->error);
    task_create(loop, first, return_run, "first");
    AWAIT_CATCH(me, self->error, task_await(me, first));
    tell("return in the middle:", self->error);
    TASK_END(me);
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct program program = {.error = NULL};
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
    return reported == 0 ? 0 : 1;
}
