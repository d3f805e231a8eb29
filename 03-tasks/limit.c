/* limit — many tasks, of which only a few may be at work at once.
 *
 * Twin:   limit.py (asyncio.Semaphore)
 * Build:  cc -Imodules -o limit limit.c modules/await.c modules/group.c modules/heap.c modules/queue.c modules/task_loop.c modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./limit
 * Prints: job 1 to job 10 in the order in which they began, and how many were
 *         at work at once: 3
 *
 * All ten tasks are there from the start; the semaphore lets three of them in.
 * Whoever leaves hands its permit to the first that waits.
 */
#include "group.h"
#include "queue.h"
#include "task_main.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { JOBS = 10, AT_ONCE = 3 };

/* What the jobs share; lives in main's task. */
struct shared {
    struct semaphore semaphore;
    int at_work, most;
};

struct job {
    struct task task;
    struct shared *shared;
    int number;
    bool holds; /* a permit: to be given back on each way out */
};

static void job_run(struct task *me)
{
    struct job *self = (struct job *)me;
    struct shared *shared = self->shared;

    TASK_BEGIN(me);
    AWAIT(me, semaphore_acquire(me, &shared->semaphore));
    self->holds = true;
    shared->at_work++;
    if (shared->at_work > shared->most)
        shared->most = shared->at_work;
    printf("job %d\n", self->number);
    AWAIT(me, task_sleep(me, 50 * TASK_MS));

    TASK_FINALLY(me); /* async with semaphore: … */
    if (self->holds) {
        shared->at_work--;
        semaphore_release(&shared->semaphore);
    }
    TASK_END(me);
}

/* async def main(). It owns the jobs and what they share. */
struct program {
    struct task task;
    struct group group;
    struct shared shared;
    struct job jobs[JOBS];
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    semaphore_init(&self->shared.semaphore, AT_ONCE);
    group_init(&self->group, me, NULL);
    for (int i = 0; i < JOBS; i++) {
        self->jobs[i] = (struct job){.shared = &self->shared, .number = i + 1};
        group_create(&self->group, &self->jobs[i].task, job_run, "job");
    }
    AWAIT(me, group_join(me, &self->group));
    printf("at most %d at once\n", self->shared.most);
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: limit [-h]\nTen jobs, of which three may be at work at "
             "once.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr, "limit: unexpected argument '%s': usage: limit [-h]\n",
                argv[1]);
        return 2;
    }

    return task_main(&program.task, program_run);
}
