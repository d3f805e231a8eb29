/* report — what task_run says of tasks that nobody looked after.
 *
 * Build: cc -I../modules -o report report.c ../modules/await.c ../modules/heap.c ../modules/queue.c ../modules/task_loop.c $(pkg-config --cflags --libs libevent)
 * Run:   ./report unobserved, observed, leftover, reused, cleared, stopped, deadlock or stubborn
 */
#include "await.h"
#include "queue.h"
#include <stdio.h>
#include <string.h>

struct program {
    struct task task;
    const char *scene;
    struct task other, another;
    struct semaphore semaphore; /* that nobody ever releases */
};

static void fails_run(struct task *me)
{
    TASK_BEGIN(me);
    TASK_FAIL(me, "Simulated error");
    TASK_END(me);
}

static void sleeps_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    TASK_FINALLY(me);
    AWAIT(me, task_sleep(me, TASK_MS));
    puts("the task left over was cancelled and has cleaned up");
    TASK_END(me);
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    semaphore_init(&self->semaphore, 0);
    if (!strcmp(self->scene, "leftover"))
        task_create(me->loop, &self->other, sleeps_run, "sleeper");
    else
        task_create(me->loop, &self->other, fails_run, "failing");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    if (!strcmp(self->scene, "observed")) {
        AWAIT_CATCH(me, error, task_await(me, &self->other));
        printf("caught: %s\n", error ? error : "nothing");
    } else if (!strcmp(self->scene, "reused")) {
        self->other = (struct task){0};
        task_create(me->loop, &self->other, fails_run, "failing again");
        AWAIT_CATCH(me, error, task_await(me, &self->other));
    } else if (!strcmp(self->scene, "cleared")) { /* two, in one go */
        task_create(me->loop, &self->another, fails_run, "another");
        AWAIT(me, task_sleep(me, 5 * TASK_MS));
        self->other = self->another = (struct task){0};
        task_create(me->loop, &self->another, fails_run, "failing again");
        AWAIT_CATCH(me, error, task_await(me, &self->another));
    } else if (!strcmp(self->scene, "stopped")) {
        AWAIT_CATCH(me, error, task_await(me, &self->other));
        event_base_loopexit(me->loop->base, NULL);
        AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    } else if (!strcmp(self->scene, "deadlock")) {
        AWAIT_CATCH(me, error, task_await(me, &self->other));
        AWAIT(me, semaphore_acquire(me, &self->semaphore));
    } else if (!strcmp(self->scene, "stubborn")) {
        AWAIT_CATCH(me, error, task_await(me, &self->other));
        while (self->semaphore.free == 0)
            AWAIT_CATCH(me, error, semaphore_acquire(me, &self->semaphore));
    }
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct program program = {.scene = argc > 1 ? argv[1] : ""};
    struct task_loop loop = {0};
    int reported;

    if (!base || task_loop_init(&loop, base) < 0)
        return 1;
    task_create(&loop, &program.task, program_run, "main");
    reported = task_run(&loop, &program.task);
    printf("task_run returns %d, tasks alive: %zu\n", reported, loop.alive);
    if (loop.alive == 0 && task_run(&loop, NULL) < 0)
        puts("and reports it a second time");
    task_loop_free(&loop);
    event_base_free(base);
    libevent_global_shutdown();
    return 0;
}
