/* 1_scene.h — what 1_lease.c is given: the program, and a database.
 *
 * MAX STEP... makes a pool of at most MAX connections and plays the steps. After
 * each, all that can happen at once happens. A to Z are jobs:
 *
 *     start:A          a job begins
 *     more:A, last:A   its question is answered: there is more, or there is not
 *     error:A          its question fails
 *     cancel:A         the job is not wanted any more: task_cancel
 *     busy, ready      from now on the server refuses questions, or takes them
 *     refuse, accept   from now on connects fail, or succeed
 *     close            the pool closes: it lends nothing any more
 *     sleep:MS         so many milliseconds pass
 *     pass:N, pass     from now on the loop makes N passes after a step (0: the next
 *                      step is done in the same breath), or as many as are needed
 *     count            prints the pool's counts
 *
 *     make try EXERCISE=04-1 ARGS='1 start:AB more:A last:A last:B count'
 *
 * When a job has ended, the scene prints its error and its number of answers.
 */
#ifndef SCENE_1_H
#define SCENE_1_H

#include "await.h"
#include "pool_task.h"

/* What a job begins with. */
struct job {
    struct task task;
    struct pool_handle *pool; /* not owned; see pool_task.h */
    char name;                /* A to Z */
    int answers;              /* the result, set by you */
};

/* ---- What you write in 1_lease.c, and the scene calls ---- */

/* The size of your struct, in which a struct job must come first. The scene makes
 * one for each job, all zeros but for `pool` and `name`, and frees it when its
 * task is done. */
extern const size_t job_size;

/* Runs a job. It may be cancelled. When it ends, its connection is back. */
void job_run(struct task *me);

/* ---- What you can call ---- */

/* One question to the database. The struct is the job's. */
struct question {
    struct task_wait wait;
    void *connection;
    char job;
    bool more; /* the answer says: ask again */
};

/* await: asks over a connection what the job of this name wants to know, until the
 * answer is there. Fails with "the server is busy", or with what the database says.
 * Interrupted, it ends at once; the answer is still to come then, so the connection
 * is of no more use: the pool closes it when it is returned. */
TASK_AWAITABLE bool ask(struct task *me, struct question *question,
                        const struct loan *loan, char job);

#endif
