/* 2_batch — one bad job must not sink the rest.
 *
 * asyncio: gather(…, return_exceptions=True) behind a Semaphore
 * Run:     make try EXERCISE=05-2 ARGS='2 50 20:burnt 0 70'
 *                              two at once; one job takes 50 ms, one fails
 *                              after 20, "burnt"; one cannot even begin
 * Prints:  the outcomes in the order of the jobs, and how many are done; exits
 *          with 1 if one has failed
 * Given:   given/2_scene.h         main, machine_work
 * Task:    README.md#2             Check: make practice EXERCISE=05-2
 */
#include "given/2_scene.h"
#include "group.h"
#include <stdio.h>
#include <stdlib.h>

/* ---- Your part: all run at once, and the first that fails ends it all. ---- */

/* async def job(batch, number) */
struct job {
    struct task task;
    struct batch *batch; /* not owned */
    int number;
    long result;
};

/* async def batch(). Owns the jobs. */
struct batch {
    struct task task;
    struct machine *machine; /* not owned */
    int count, slots;
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
    batch->slots = slots;
    return &batch->task;
}

static void job_run(struct task *me)
{
    struct job *self = (struct job *)me;

    TASK_BEGIN(me);
    AWAIT(me,
          machine_work(me, self->batch->machine, self->number, &self->result));
    TASK_END(me);
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
    AWAIT(me, gather(me, &self->gather, self->all, (size_t)self->count));
    for (int i = 0; i < self->count; i++)
        printf("%d: %ld\n", i, self->jobs[i].result);
    printf("%d of %d done\n", self->count, self->count);
    TASK_END(me);
}
