/* gather — await several tasks at once, and what an error does to the others.
 *
 * Twin:   gather.py (asyncio.gather, asyncio.TaskGroup)
 * Build:  cc -Imodules -o gather gather.c modules/await.c modules/group.c modules/heap.c modules/task_loop.c modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./gather
 * Prints: results in argument order; an error of gather's, whose siblings go
 *         on; an error of a group's, whose siblings are cancelled
 */
#include "group.h"
#include "task_main.h"
#include <stdio.h>
#include <string.h>

/* async def square(number, ms): fails for 0. The result is in its struct. */
struct square {
    struct task task;
    int number;
    int ms;
    int result;
};

static void square_run(struct task *me)
{
    struct square *self = (struct square *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, self->ms * TASK_MS));
    if (self->number == 0)
        TASK_FAIL(me, "zero has no place here");
    self->result = self->number * self->number;
    printf("  squared %d\n", self->number);

    TASK_FINALLY(me);
    if (me->error == TASK_CANCELLED)
        printf("  %d was cancelled\n", self->number);
    TASK_END(me);
}

/* async def main() */
struct program {
    struct task task;
    struct square squares[3];
    struct task *all[3];
    struct gather gather;
    struct group group;
};

/* Sets up the three, each with its number and the ms that it takes. */
static void program_set(struct program *self, const int numbers[3],
                        const int ms[3])
{
    for (int i = 0; i < 3; i++) {
        self->squares[i] = (struct square){.number = numbers[i], .ms = ms[i]};
        self->all[i] = &self->squares[i].task;
    }
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    group_init(&self->group, me, NULL);

    puts("gather");
    program_set(self, (int[]){3, 2, 1}, (int[]){150, 50, 100});
    for (int i = 0; i < 3; i++)
        task_create(me->loop, self->all[i], square_run, "square");
    AWAIT(me, gather(me, &self->gather, self->all, 3));
    printf("results: %d %d %d\n", self->squares[0].result,
           self->squares[1].result, self->squares[2].result);

    puts("gather, one fails");
    program_set(self, (int[]){3, 0, 1}, (int[]){700, 50, 600});
    for (int i = 0; i < 3; i++)
        task_create(me->loop, self->all[i], square_run, "square");
    AWAIT_CATCH(me, error, gather(me, &self->gather, self->all, 3));
    printf("error: %s\n", error ? error : "none");
    AWAIT(me, task_await(me, self->all[2])); /* the siblings go on */
    AWAIT(me, task_await(me, self->all[0]));

    puts("group, one fails");
    program_set(self, (int[]){3, 0, 1}, (int[]){2000, 100, 50});
    for (int i = 0; i < 3; i++)
        group_create(&self->group, self->all[i], square_run, "square");
    AWAIT_CATCH(me, error, group_join(me, &self->group));
    printf("error: %s\n", error ? error : "none");
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: gather [-h]\nThree tasks at once: results in order, an "
             "error, a task group.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr,
                "gather: unexpected argument '%s': usage: gather [-h]\n",
                argv[1]);
        return 2;
    }

    return task_main(&program.task, program_run);
}
