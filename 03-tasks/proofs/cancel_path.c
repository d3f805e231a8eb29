/* cancel_path — one task is cancelled twice: first in its body, then in its clean-up,
 * in an AWAIT_CATCH. The picture in the lesson is what this prints.
 *
 * Build: cc -I../modules -o cancel_path cancel_path.c ../modules/await.c ../modules/heap.c ../modules/task_loop.c ../modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:   ./cancel_path
 */
#include "task_main.h"
#include <stdio.h>

struct program {
    struct task task, worker;
};

static void main_says(const char *what)
{
    puts(what);
}

static void worker_says(const char *what, const char *error)
{
    printf("%26s%s%s\n", "", what, error ? error : "");
}

static void worker_run(struct task *me)
{
    const char *caught;

    TASK_BEGIN(me);
    worker_says("begins, AWAITs an hour's sleep", NULL);
    AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    worker_says("(not reached)", NULL);

    TASK_FINALLY(me);
    worker_says("TASK_FINALLY, because of: ", me->error);
    worker_says("AWAIT_CATCHes a long goodbye", NULL);
    AWAIT_CATCH(me, caught, task_sleep(me, 3600 * TASK_SECOND));
    worker_says("caught: ", caught);
    worker_says("frees all; ends with: ", me->error);
    TASK_END(me);
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    task_create(me->loop, &self->worker, worker_run, "worker");
    AWAIT(me, task_sleep(me, 0));
    main_says("task_cancel         ───▶");
    task_cancel(&self->worker);
    AWAIT(me, task_sleep(me, 0));
    main_says("task_cancel, again  ───▶");
    task_cancel(&self->worker);
    main_says("AWAIT_CATCHes its end");
    AWAIT_CATCH(me, error, task_await(me, &self->worker));
    printf("caught: %-12s◀───\n", error ? error : "nothing");
    TASK_END(me);
}

int main(void)
{
    static struct program program;

    return task_main(&program.task, program_run);
}
