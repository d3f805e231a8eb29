/* locks — a race on one thread, and the async lock that cures it.
 *
 * Twin:   locks.py (asyncio.Lock, gather, sleep)
 * Build:  cc -Imodules -I../03-tasks/modules -o locks locks.c modules/lock.c ../03-tasks/modules/await.c ../03-tasks/modules/group.c ../03-tasks/modules/heap.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./locks             or: ./locks broken
 * Prints: Incremented, value: 1 … 10 (broken: ten times 10)
 *
 * Ten tasks add 1 to a shared variable, yield to the loop, and print it. Without
 * the lock the sum is right all the same: between reading and writing, value++ has
 * no AWAIT. What is printed is wrong, because the print comes after one. The lock
 * makes the two one step. For a sum that is wrong see lost_update.c.
 */
#include "group.h"
#include "lock.h"
#include "task_main.h"
#include <err.h>
#include <stdio.h>
#include <string.h>

enum { TASKS = 10 };

/* What the tasks share; lives in main's task. */
struct shared {
    struct lock lock;
    bool broken; /* without the lock */
    int value;
};

/* async def increment(shared) */
struct increment {
    struct task task;
    struct shared *shared;
};

static void increment_run(struct task *me)
{
    struct shared *shared = ((struct increment *)me)->shared;

    TASK_BEGIN(me);
    if (!shared->broken)
        AWAIT(me, lock_acquire(me, &shared->lock));
    shared->value++;
    AWAIT(me, task_sleep(me, 0));
    printf("Incremented, value: %d\n", shared->value);

    TASK_FINALLY(me);
    lock_release(me, &shared->lock);
    TASK_END(me);
}

/* async def main() */
struct program {
    struct task task;
    struct shared shared;
    struct increment increments[TASKS];
    struct task *all[TASKS];
    struct gather gather;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    lock_init(&self->shared.lock, "the lock of the value");
    for (int i = 0; i < TASKS; i++) {
        self->increments[i].shared = &self->shared;
        self->all[i] = &self->increments[i].task;
        task_create(me->loop, self->all[i], increment_run, "increment");
    }
    AWAIT(me, gather(me, &self->gather, self->all, TASKS));
    warnx("the sum is %d", self->shared.value);
    TASK_END(me);
}

int main(int argc, char **argv)
{
    const char *scene = argc > 1 ? argv[1] : "fixed";
    struct program program = {.shared.broken = !strcmp(scene, "broken")};

    if (argc == 2 && (!strcmp(scene, "-h") || !strcmp(scene, "--help"))) {
        puts("usage: locks [-h] [fixed|broken]\n"
             "Ten tasks share a variable, with a lock or without.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 2 || (!program.shared.broken && strcmp(scene, "fixed") != 0))
        errx(2, "unexpected '%s': usage: locks [fixed|broken]", argv[argc - 1]);

    return task_main(&program.task, program_run);
}
