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
 *
 * Call k may begin a window after call k − N, so the limiter remembers N times.
 * A turnstile, a semaphore of one permit, keeps the order: only who stands in
 * it looks at the times, and sleeps in it until the oldest has left the window.
 */
#include "given/4_scene.h"
#include "queue.h"
#include <stdlib.h>

/* What the calls share. */
struct limiter {
    int most;       /* calls, CALLS at most … */
    int64_t window; /* … in so many µs */
    struct semaphore turnstile;
    int64_t begun[CALLS]; /* the last `most` times, as a ring */
    int oldest;
};

struct limiter *limiter_new(int most, int64_t window)
{
    struct limiter *limiter = calloc(1, sizeof *limiter);

    if (!limiter)
        return NULL;
    limiter->most = most;
    limiter->window = window;
    semaphore_init(&limiter->turnstile, 1);
    for (int i = 0; i < most; i++)
        limiter->begun[i] = task_loop_now() - window;
    return limiter;
}

/* async def pass_(limiter): ends when the call may begin. */
struct pass {
    struct task task;
    struct limiter *limiter; /* not owned */
    bool holds;
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
    int64_t left;

    TASK_BEGIN(me);
    AWAIT(me, semaphore_acquire(me, &limiter->turnstile));
    self->holds = true;
    for (;;) {
        left =
            limiter->begun[limiter->oldest] + limiter->window - task_loop_now();
        if (left <= 0)
            break;
        AWAIT(me, task_sleep(me, left));
    }
    limiter->begun[limiter->oldest] = task_loop_now();
    limiter->oldest = (limiter->oldest + 1) % limiter->most;

    TASK_FINALLY(me);
    if (self->holds)
        semaphore_release(&limiter->turnstile);
    TASK_END(me);
}
