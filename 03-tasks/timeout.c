/* timeout — wait for a task, but not for ever; and what cancelling it means.
 *
 * Twin:   timeout.py (asyncio.wait_for, Task.cancel, try … finally)
 * Build:  cc -Imodules -o timeout timeout.c modules/await.c modules/heap.c modules/queue.c modules/task_loop.c modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./timeout
 * Prints: a result in time; a timeout, after the clean-up of the one that was
 *         too slow; the result of one that caught its cancellation; a task
 *         cancelled by hand; a wait for an item that gave up
 */
#include "queue.h"
#include "task_main.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A job that takes a while. */
struct job {
    struct task task;
    const char *name;
    int ms;
    bool stubborn; /* catches its cancellation */
    int result;
};

static void job_run(struct task *me)
{
    struct job *self = (struct job *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT_CATCH(me, error, task_sleep(me, self->ms * TASK_MS));
    if (error && !self->stubborn)
        TASK_FAIL(me, error); /* raise it again */
    if (error)
        printf("%s: caught: %s\n", self->name, error);
    self->result = 42;

    TASK_FINALLY(me);
    AWAIT(me, task_sleep(me, 10 * TASK_MS)); /* a clean-up may wait, too */
    printf("%s: cleaned up\n", self->name);
    TASK_END(me);
}

/* async def main() */
struct program {
    struct task task;
    struct job fast, slow, stubborn, victim;
    struct queue queue;
    int slots[1], item;
};

/* What came of a wait for a job. */
static void tell(const struct job *job, const char *error)
{
    if (error)
        printf("%s: %s\n", job->name, error);
    else
        printf("%s: result %d\n", job->name, job->result);
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    self->fast = (struct job){.name = "fast", .ms = 50};
    task_create(me->loop, &self->fast.task, job_run, "fast");
    AWAIT_CATCH(me, error,
                task_wait_for(me, &self->fast.task, 5 * TASK_SECOND));
    tell(&self->fast, error);

    self->slow = (struct job){.name = "slow", .ms = 5000};
    task_create(me->loop, &self->slow.task, job_run, "slow");
    AWAIT_CATCH(me, error, task_wait_for(me, &self->slow.task, 100 * TASK_MS));
    tell(&self->slow, error);

    self->stubborn =
        (struct job){.name = "stubborn", .ms = 5000, .stubborn = true};
    task_create(me->loop, &self->stubborn.task, job_run, "stubborn");
    AWAIT_CATCH(me, error,
                task_wait_for(me, &self->stubborn.task, 100 * TASK_MS));
    tell(&self->stubborn, error);

    self->victim = (struct job){.name = "victim", .ms = 5000};
    task_create(me->loop, &self->victim.task, job_run, "victim");
    AWAIT(me, task_sleep(me, 50 * TASK_MS));
    task_cancel(&self->victim.task);
    AWAIT_CATCH(me, error, task_await(me, &self->victim.task));
    tell(&self->victim, error);

    /* Any wait can have a deadline. */
    queue_init(&self->queue, self->slots, sizeof self->slots[0], 1);
    AWAIT_CATCH(me, error,
                task_within(me, 50 * TASK_MS,
                            queue_get(me, &self->queue, &self->item)));
    printf("item: %s\n", error ? error : "came");
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: timeout [-h]\nDeadlines, cancellation and clean-up.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr,
                "timeout: unexpected argument '%s': usage: timeout [-h]\n",
                argv[1]);
        return 2;
    }

    return task_main(&program.task, program_run);
}
