/* errors — a task fails: who hears of it, and what becomes of the others.
 *
 * Twin:   errors.py (an exception in a task; await; "never retrieved")
 * Build:  cc -I../03-tasks/modules -o errors errors.c ../03-tasks/modules/await.c ../03-tasks/modules/heap.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./errors            or: ./errors broken, ./errors unobserved
 * Prints: Caught exception: Simulated error
 *
 * A task's error goes to the task that awaits it, and nowhere else. Three scenes:
 *   fixed       main awaits the task and catches the error; the siblings finish.
 *   broken      main awaits it and lets the error through: main has failed.
 *               task_run, within task_main, reports that and cancels the
 *               siblings; when they have cleaned up, exit status 1.
 *   unobserved  nothing awaits it: the siblings finish, the loop does not come
 *               down, and task_run reports the error when the loop has ended.
 *
 * The siblings take short steps instead of one long sleep each. On a busy
 * machine sleeps of 10, 30 and 50 ms can end in the same pass: then the
 * siblings finish before main hears of the error. In one pass each takes one
 * step at most.
 */
#include "task_main.h"
#include <err.h>
#include <stdio.h>
#include <string.h>

static const char SIMULATED[] = "Simulated error"; /* RuntimeError */

/* async def fail(). It has no locals, so a bare struct task is enough. */
static void fail_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 10 * TASK_MS));
    TASK_FAIL(me, SIMULATED);

    TASK_FINALLY(me);
    warnx("task cleaned up");
    TASK_END(me);
}

/* async def sibling(number, steps) */
struct sibling {
    struct task task;
    int number, steps; /* steps: how many are left */
};

static void sibling_run(struct task *me)
{
    struct sibling *self = (struct sibling *)me;

    TASK_BEGIN(me);
    while (self->steps-- > 0)
        AWAIT(me, task_sleep(me, 10 * TASK_MS));
    warnx("sibling %d finished", self->number);

    TASK_FINALLY(me);
    if (me->error == TASK_CANCELLED)
        warnx("sibling %d was cut off", self->number);
    warnx("sibling %d cleaned up", self->number);
    TASK_END(me);
}

/* async def main(scene). The struct, with the children in it, is a local
 * variable of main(), and outlives the loop. So program_run needs no
 * TASK_FINALLY to await the children: before task_main returns, it waits for
 * what is left. */
struct program {
    struct task task;
    const char *scene;
    struct task failing;
    struct sibling first, second;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    task_create(me->loop, &self->failing, fail_run, "fail");
    task_create(me->loop, &self->first.task, sibling_run, "sibling 1");
    task_create(me->loop, &self->second.task, sibling_run, "sibling 2");
    if (!strcmp(self->scene, "broken")) {
        AWAIT(me, task_await(me, &self->failing));
    } else if (!strcmp(self->scene, "fixed")) {
        AWAIT_CATCH(me, error, task_await(me, &self->failing));
        if (error != SIMULATED)
            TASK_FAIL(me, error); /* cancelled, say (never NULL): pass it on */
        printf("Caught exception: %s\n", error);
    }
    AWAIT(me, task_await(me, &self->first.task));
    AWAIT(me, task_await(me, &self->second.task));
    TASK_END(me);
}

int main(int argc, char **argv)
{
    const char *scene = argc > 1 ? argv[1] : "fixed";
    bool unobserved = !strcmp(scene, "unobserved");
    struct program program = {.scene = scene,
                              .first = {.number = 1, .steps = 3},
                              .second = {.number = 2, .steps = 5}};
    int status;

    if (argc == 2 && (!strcmp(scene, "-h") || !strcmp(scene, "--help"))) {
        puts(
            "usage: errors [-h] [fixed|broken|unobserved]\n"
            "A task fails: main catches that, lets it through, or looks away.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 2 || (strcmp(scene, "fixed") != 0 &&
                     strcmp(scene, "broken") != 0 && !unobserved))
        errx(2, "unexpected '%s': usage: errors [fixed|broken|unobserved]",
             argv[argc - 1]);

    status = task_main(&program.task, program_run);
    /* task_main returns 1 because of its report. asyncio's report leaves the
     * exit status 0, and so do we if main has ended without an error. */
    if (unobserved && task_done(&program.task) && !task_error(&program.task))
        return 0;
    return status;
}
