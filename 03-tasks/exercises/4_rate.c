/* 4_rate — never more than N calls in any window of so many ms.
 *
 * asyncio: Semaphore, sleep; what aiolimiter and its like do
 * Run:     make try EXERCISE=03-4 ARGS='2 100 0 0 0 50'
 *                                  two calls in any 100 ms; three calls ask at
 *                                  0 ms, and one at 50 ms
 *          make try EXERCISE=03-4 ARGS='2 100 0 0 0/20 50'
 *                                  the third gives up after 20 ms
 * Prints:  each call as it begins; on stderr with the µs since the start
 * Given:   given/4_scene.h         main, the calls
 * Task:    README.md#4             Check: make practice EXERCISE=03-4
 */
#include "given/4_scene.h"
#include <stdlib.h>

/* ---- Your part: the limiter. This one lets every call pass. ---- */

/* What the calls share. */
struct limiter {
    int most;       /* calls, CALLS at most … */
    int64_t window; /* … in so many µs */
    /* and what is yours */
};

struct limiter *limiter_new(int most, int64_t window)
{
    struct limiter *limiter = calloc(1, sizeof *limiter);

    if (!limiter)
        return NULL;
    limiter->most = most;
    limiter->window = window;
    return limiter;
}

/* async def pass_(limiter): ends when the call may begin. */
struct pass {
    struct task task;
    struct limiter *limiter; /* not owned */
    /* and what is yours */
};

struct task *pass_new(struct limiter *limiter)
{
    struct pass *pass = calloc(1, sizeof *pass);

    if (!pass)
        return NULL;
    pass->limiter = limiter;
    return &pass->task;
}

/* Waits until one more call may begin, after all that have asked before. */
void pass_run(struct task *me)
{
    struct pass *self = (struct pass *)me;
    struct limiter *limiter = self->limiter;

    TASK_BEGIN(me);
    (void)limiter;
    TASK_END(me);
}
