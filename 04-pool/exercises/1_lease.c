/* 1_lease — the lease goes back on every path.
 *
 * asyncio: async with pool.acquire() as connection, in a task that is cancelled
 * Run:     make try EXERCISE=04-1 ARGS='1 start:A more:A last:A count'
 * Prints:  A: done, 2 answers
 *          free 1, lent 0, waiting 0
 * Given:   given/1_scene.h         main, struct job, ask, the steps
 * Task:    README.md#1             Check: make practice EXERCISE=04-1
 */
#include "given/1_scene.h"

/* ---- Your part: a job. This one knows the happy path only. ---- */

#define PATIENCE (200 * TASK_MS) /* how long a job waits for a connection */

/* async def job(pool, name) */
struct my_job {
    struct job job; /* the scene's part: must come first */
    struct loan loan;
    struct question question;
};
const size_t job_size = sizeof(struct my_job);

void job_run(struct task *me)
{
    struct my_job *self = (struct my_job *)me;
    int answers = 0;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, self->job.pool));
    do {
        AWAIT(me, ask(me, &self->question, &self->loan, self->job.name));
        answers++;
    } while (self->question.more);
    loan_release(&self->loan);
    self->job.answers = answers;
    TASK_END(me);
}
