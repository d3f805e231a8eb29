/* 2_scene.h — what 2_batch.c is given: the jobs, and `main`.
 *
 * The scene reads SLOTS and the jobs, makes your batch, and runs it as its main
 * task. On stderr it reports each job that is over, by its ms, and in the end how
 * many ran at once.
 */
#ifndef SCENE_2_H
#define SCENE_2_H

#include "await.h"

struct machine; /* what the jobs run on: the scene's; outlives the batch */

/* Jobs have the numbers 0 to JOBS - 1, at most. */
enum { JOBS = 64 };

/* ---- What you write in 2_batch.c, and the scene calls ---- */

/* Makes a batch of `count` jobs, of which `slots` may run at once; both are 1 at
 * least. Its struct is yours to define; a struct task must come first in it.
 * Returns that task; without memory returns NULL. The scene frees what you return,
 * with free(), when the task is done. */
struct task *batch_new(struct machine *machine, int count, int slots);

/* The batch, main's task. Runs all jobs, and then prints what has become of each,
 * in order, and how many are done. If not all are, it ends with an error. The scene
 * exits with 0 or, after an error, with 1; the error goes to stderr. */
void batch_run(struct task *me);

/* ---- What you can call ---- */

/* await: runs the job of that number. The result is written to `result` when the
 * job ends, so keep that in your struct. If the job fails, ends with the reason as
 * its error: words that stay as long as the program runs. A job that cannot even
 * begin fails at once, without a wait. */
TASK_AWAITABLE bool machine_work(struct task *me, struct machine *machine,
                                 int number, long *result);

#endif
