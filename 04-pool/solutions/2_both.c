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

/* ---- Your part: two leases, or none. ---- */

/* async def half(pool): borrows one of the two, and leaves it to the job. */
struct half {
    struct task task;
    struct pool_handle *pool;
    struct loan loan;
};

/* async def job(pool, patience) */
struct my_job {
    struct job job; /* the scene's part: must come first */
    struct half from, to;
    struct group group; /* of the two */
    struct copying copying;
};
const size_t job_size = sizeof(struct my_job);

static void half_run(struct task *me)
{
    struct half *self = (struct half *)me;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, self->pool));
    TASK_END(me);
}

/* To ask for both in one breath is the whole secret: the pool serves in order, so
 * there is never more than one job that has only one connection. */
void job_run(struct task *me)
{
    struct my_job *self = (struct my_job *)me;

    TASK_BEGIN(me);
    self->from.pool = self->to.pool = self->job.pool;
    group_init(&self->group, me, NULL);
    group_create(&self->group, &self->from.task, half_run, "from");
    group_create(&self->group, &self->to.task, half_run, "to");
    AWAIT(me,
          task_within(me, self->job.patience, group_join(me, &self->group)));
    AWAIT(me, copy(me, &self->copying, &self->job, &self->from.loan,
                   &self->to.loan));
    /* The halves have ended: group_join has waited for them. */
    TASK_FINALLY(me);
    loan_release(&self->from.loan);
    loan_release(&self->to.loan);
    TASK_END(me);
}
