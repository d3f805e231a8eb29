/* by_hand — a task without the macros: what AWAIT is made of.
 *
 * Build: cc -I../modules -o by_hand by_hand.c ../modules/await.c ../modules/heap.c ../modules/task_loop.c ../modules/task_main.c $(pkg-config --cflags --libs libevent)
 *
 * For one function, sleeper_run of tasks.c, this is what the preprocessor makes
 * of it, with names instead of lines for the steps.
 */
#include "task_main.h"
#include <stdio.h>

struct sleeper {
    struct task task;
    int number;
    int ms;
};

enum step { START, SLEPT };

static void sleeper_run(struct task *me)
{
    struct sleeper *self = (struct sleeper *)me;

again:
    switch (me->step) { /* TASK_BEGIN(me) */
    case START:
        printf("sleeper %d: begins\n", self->number);

        me->step = SLEPT; /* AWAIT(me, task_sleep(me, …)): where to go on, */
        if (!task_sleep(me, self->ms * TASK_MS)) /* leave a note, */
            return;                              /* and leave */
        __attribute__((fallthrough));            /* (it was over at once) */
    case SLEPT:
        if (me->wait_result) { /* an error, or cancelled: raise it */
            task_unwind(me, me->wait_result);
            goto again;
        }

        printf("sleeper %d: goes on\n", self->number);

        me->step = TASK_STEP_END; /* TASK_END(me) */
        __attribute__((fallthrough));
    default:
        task_end(me);
    }
}

/* Main: two children, and an await for each. */
struct program {
    struct task task;
    struct sleeper first, second;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    self->first = (struct sleeper){.number = 1, .ms = 40};
    self->second = (struct sleeper){.number = 2, .ms = 20};
    task_create(me->loop, &self->first.task, sleeper_run, "first");
    task_create(me->loop, &self->second.task, sleeper_run, "second");
    AWAIT(me, task_await(me, &self->first.task));
    AWAIT(me, task_await(me, &self->second.task));
    TASK_END(me);
}

int main(void)
{
    struct program program = {0};

    return task_main(&program.task, program_run);
}
