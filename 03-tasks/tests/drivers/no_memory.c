/* no_memory — the only allocation is the loop's one timer: tasks and awaits make
 * none, so that they cannot fail for want of memory. If libevent has no room for
 * that timer, task_run says so.
 *
 * Build: cc -I../../modules -o no_memory no_memory.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/queue.c ../../modules/task_loop.c $(pkg-config --cflags --libs libevent)
 *
 * It counts what libevent allocates; await.c itself calls no malloc at all.
 */
#include "group.h"
#include "queue.h"
#include <stdio.h>
#include <stdlib.h>

enum { TASKS = 1000 };

static int allocations;
static bool refuse;

static void *count_malloc(size_t size)
{
    allocations++;
    return refuse ? NULL : malloc(size);
}

static void *count_realloc(void *old, size_t size)
{
    allocations++;
    return refuse ? NULL : realloc(old, size);
}

struct one {
    struct task task;
    struct semaphore *semaphore;
};

static void one_run(struct task *me)
{
    struct one *self = (struct one *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 0));
    AWAIT(me, task_sleep(me, TASK_MS));
    AWAIT(me, semaphore_acquire(me, self->semaphore));
    semaphore_release(self->semaphore);
    TASK_END(me);
}

static void sleeper_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, TASK_MS));
    puts("not reached: the timer was refused");
    TASK_FINALLY(me);
    AWAIT(me, task_sleep(me, 0));
    puts("sleeper: has cleaned up");
    TASK_END(me);
}

struct program {
    struct task task;
    struct group group;
    struct semaphore semaphore;
    struct one ones[TASKS];
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, TASK_MS)); /* libevent makes its own tables */
    semaphore_init(&self->semaphore, 1);
    group_init(&self->group, me, NULL);
    allocations = 0;
    for (int i = 0; i < TASKS; i++) {
        self->ones[i].semaphore = &self->semaphore;
        group_create(&self->group, &self->ones[i].task, one_run, "one");
    }
    AWAIT(me, group_join(me, &self->group));
    printf("allocations of %d tasks, %d awaits: %d\n", TASKS, 3 * TASKS,
           allocations);
    TASK_END(me);
}

int main(void)
{
    static struct program program;
    struct event_base *base;
    struct task sleeper;
    struct task_loop loop = {0};
    int status;

    event_set_mem_functions(count_malloc, count_realloc, free);
    base = event_base_new();
    if (!base)
        return 1;
    refuse = true;
    printf("task_loop_init without memory: %d\n", task_loop_init(&loop, base));
    task_loop_free(&loop);
    refuse = false;
    if (task_loop_init(&loop, base) < 0)
        return 1;
    refuse = true; /* libevent's table of timers has still to be made */
    task_create(&loop, &sleeper, sleeper_run, "sleeper");
    printf("task_run without memory: %d, ", task_run(&loop, &sleeper));
    printf("tasks alive: %zu\n", loop.alive);
    refuse = false;
    task_loop_free(&loop);
    if (task_loop_init(&loop, base) < 0)
        return 1;
    task_create(&loop, &program.task, program_run, "main");
    status = task_run(&loop, &program.task);
    task_loop_free(&loop);
    event_base_free(base);
    libevent_global_shutdown();
    return status == 0 && allocations == 0 ? 0 : 1;
}
