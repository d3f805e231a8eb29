/* early_return — after one error, no task is served any more.
 *
 * Build: cc -I../modules -I../../03-tasks/modules -o early_return early_return.c ../modules/lock.c ../../03-tasks/modules/await.c ../../03-tasks/modules/heap.c ../../03-tasks/modules/task_loop.c ../../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent)
 */
#include "lock.h"
#include "task_main.h"
#include <stdio.h>

struct payment {
    struct task task;
    struct lock *lock;
    int number, amount;
};

static void payment_run(struct task *me)
{
    struct payment *self = (struct payment *)me;

    TASK_BEGIN(me);
    AWAIT(me, lock_acquire(me, self->lock));
    if (self->amount < 0) {
        printf("task %d: a wrong amount\n", self->number);
        TASK_RETURN(me);
    }
    printf("task %d: %d\n", self->number, self->amount);
    lock_release(me, self->lock);
    TASK_END(me);
}

struct program {
    struct task task;
    struct lock lock;
    struct payment payments[3];
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const int amounts[3] = {10, -1, 10};

    TASK_BEGIN(me);
    lock_init(&self->lock, "the lock");
    for (int i = 0; i < 3; i++) {
        self->payments[i] = (struct payment){
            .lock = &self->lock, .number = i + 1, .amount = amounts[i]};
        task_create(me->loop, &self->payments[i].task, payment_run, "payment");
    }
    AWAIT(me, task_await(me, &self->payments[2].task));
    TASK_END(me);
}

int main(void)
{
    struct program program = {0};

    return task_main(&program.task, program_run);
}
