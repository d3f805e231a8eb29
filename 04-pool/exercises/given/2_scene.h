/* 2_scene.h — what 2_both.c is given: the program, and the copying.
 *
 * MAX STEP... makes a pool of at most MAX connections, two or more, and plays the
 * steps. After each, all that can happen at once happens. A to Z are borrowers:
 *
 *     want:ABC        copy jobs begin: A before B before C
 *     want:A:MS       the same with a patience of so many ms, not 10 s
 *     one:X           a borrower of one connection, which keeps it
 *     give:A          the job has copied all; or X gives its connection back
 *     cancel:A        the job is not wanted any more: task_cancel
 *     sleep:MS        so many milliseconds pass
 *     refuse, accept  from now on connects fail, or succeed
 *     refuse:N        the next N connects fail; exhaust:N: they lack memory
 *     close           the pool closes: it lends nothing any more
 *     pass:N, pass    from now on the loop makes N passes after a step (0: the next
 *                     step is done in the same breath), or as many as are needed
 *     count           prints how many connections are lent
 *
 *     make try EXERCISE=04-2 ARGS='2 want:AB give:A give:B count'
 */
#ifndef SCENE_2_H
#define SCENE_2_H

#include "await.h"
#include "pool_task.h"

/* What a copy job begins with. */
struct job {
    struct task task;
    struct pool_handle *pool; /* not owned; see pool_task.h */
    int64_t patience;         /* for both connections together: microseconds */
    char name;                /* A to Z */
};

/* ---- What you write in 2_both.c, and the scene calls ---- */

/* The size of your struct, in which a struct job must come first. The scene makes
 * one for each job, all zeros but for the above, and frees it when its task is
 * done. */
extern const size_t job_size;

/* Runs a job: borrows two connections, copies, and returns them. It may be
 * cancelled. When it ends, both are back. */
void job_run(struct task *me);

/* ---- What you can call ---- */

/* await: copies from one of two connections to the other, until all is copied. It
 * prints "A has two". Interrupted, it ends at once. The struct is the job's. */
struct copying {
    struct task_wait wait;
};
TASK_AWAITABLE bool copy(struct task *me, struct copying *copying,
                         const struct job *job, const struct loan *from,
                         const struct loan *to);

#endif
