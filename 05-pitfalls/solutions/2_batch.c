/* 2_batch — one bad job must not sink the rest.
 *
 * asyncio: gather(…, return_exceptions=True) behind a Semaphore
 * Run:     make try EXERCISE=05-2 ARGS='2 50 20:burnt 0 70'
 *                              two at once; one job takes 50 ms, one fails
 *                              after 20, "burnt"; one cannot even begin
 * Prints:  the outcomes in the order of the jobs, and how many are done; exits
 *          with 1 if one has failed
 * Given:   given/2_scene.h         main, machine_work
 *
 * All tasks are there from the start, and the semaphore lets some of them in. A
 * job that fails leaves by TASK_FINALLY, as all do, and hands its permit on. Its
 * error is an outcome like a result: gather_all waits for all, errors or not, and
 * task_error reads them at the end, in one place.
 */
#include "given/2_scene.h"
#include "group.h"
#include "queue.h"
#include <stdio.h>
#include <stdlib.h>

/* async def job(batch, number) */
struct job {
    struct task task;
    struct batch *batch; /* not owned */
    int number;
    long result;
    bool holds; /* a permit: to be given back on each way out */
};

/* async def batch(). Owns the jobs. */
struct batch {
    struct task task;
    struct machine *machine; /* not owned */
    int count;
    struct semaphore slots;
    struct job jobs[JOBS];
    struct task *all[JOBS]; /* those of the jobs */
    struct gather gather;
};

struct task *batch_new(struct machine *machine, int count, int slots)
{
    struct batch *batch = calloc(1, sizeof *batch);

    if (!batch)
        return NULL;
    batch->machine = machine;
    batch->count = count;
    semaphore_init(&batch->slots, (size_t)slots);
    return &batch->task;
}

static void job_run(struct task *me)
{
    struct job *self = (struct job *)me;

    TASK_BEGIN(me);
    AWAIT(me, semaphore_acquire(me, &self->batch->slots));
    self->holds = true;
    AWAIT(me,
          machine_work(me, self->batch->machine, self->number, &self->result));

    TASK_FINALLY(me);
    if (self->holds)
        semaphore_release(&self->batch->slots);
    TASK_END(me);
}

/* Prints what has become of each job. Returns how many are done. */
static int print_outcomes(struct batch *batch)
{
    int done = 0;

    for (int i = 0; i < batch->count; i++) {
        const char *error = task_error(batch->all[i]);

        if (error)
            printf("%d: failed: %s\n", i, error);
        else
            printf("%d: %ld\n", i, batch->jobs[i].result);
        done += !error;
    }
    printf("%d of %d done\n", done, batch->count);
    return done;
}

void batch_run(struct task *me)
{
    struct batch *self = (struct batch *)me;

    TASK_BEGIN(me);
    for (int i = 0; i < self->count; i++) {
        self->jobs[i].batch = self;
        self->jobs[i].number = i;
        self->all[i] = &self->jobs[i].task;
        task_create(me->loop, self->all[i], job_run, "job");
    }
    AWAIT(me, gather_all(me, &self->gather, self->all, (size_t)self->count));
    if (print_outcomes(self) < self->count)
        TASK_FAIL(me, "not all jobs are done");
    TASK_END(me);
}
