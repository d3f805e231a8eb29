/* tasks — two tasks sleep at the same time; main awaits them both.
 *
 * Twin:   tasks.py (asyncio.create_task, await)
 * Build:  cc -Imodules -o tasks tasks.c modules/await.c modules/heap.c modules/task_loop.c modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./tasks
 * Prints: Task 2 completed, then Task 1 completed; 2 s in all, not 3
 *
 * Read it beside tasks.py: each function there is a struct and a function here.
 * The struct has what must outlive an await: arguments and locals. What AWAIT
 * is made of is in await.h, and in callbacks.c, which does without.
 */
#include "task_main.h"
#include <stdio.h>
#include <string.h>

/* async def task(number, seconds) */
struct sleeper {
    struct task task;
    int number;
    int seconds;
};

static void sleeper_run(struct task *me)
{
    struct sleeper *self = (struct sleeper *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, self->seconds * TASK_SECOND));
    printf("Task %d completed\n", self->number);
    TASK_END(me);
}

/* async def main(). Its children live in its struct, so they end before it. */
struct program {
    struct task task;
    struct sleeper first, second;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    self->first = (struct sleeper){.number = 1, .seconds = 2};
    self->second = (struct sleeper){.number = 2, .seconds = 1};
    task_create(me->loop, &self->first.task, sleeper_run, "1");
    task_create(me->loop, &self->second.task, sleeper_run, "2");
    AWAIT(me, task_await(me, &self->first.task));
    AWAIT(me, task_await(me, &self->second.task));
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: tasks [-h]\nTwo tasks sleep 2 s and 1 s at once.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr, "tasks: unexpected argument '%s': usage: tasks [-h]\n",
                argv[1]);
        return 2;
    }

    return task_main(&program.task, program_run);
}
