/* 2_both — two connections at once, and no job waits forever.
 *
 * asyncio: two pool.acquire() in one async with, and a timeout around both
 * Run:     make try EXERCISE=04-2 ARGS='2 want:AB give:A give:B count'
 * Prints:  A has two
 *          B has two
 *          lent 0
 * Given:   given/2_scene.h         main, struct job, copy, the steps
 * Task:    README.md#2             Check: make practice EXERCISE=04-2
 */
#include "given/2_scene.h"
#include "group.h"

/* ---- Your part: two leases, or none. This one asks for them in turn. ---- */

/* async def job(pool, patience) */
struct my_job {
    struct job job; /* the scene's part: must come first */
    struct loan from, to;
    struct copying copying;
};
const size_t job_size = sizeof(struct my_job);

void job_run(struct task *me)
{
    struct my_job *self = (struct my_job *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_within(me, self->job.patience,
                          loan_acquire(me, &self->from, self->job.pool)));
    AWAIT(me, task_within(me, self->job.patience,
                          loan_acquire(me, &self->to, self->job.pool)));
    AWAIT(me, copy(me, &self->copying, &self->job, &self->from, &self->to));
    TASK_FINALLY(me);
    loan_release(&self->from);
    loan_release(&self->to);
    TASK_END(me);
}
