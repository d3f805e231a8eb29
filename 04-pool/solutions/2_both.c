/* 2_both — two connections at once, and nobody waits for ever.
 *
 * asyncio: two pool.acquire() in one async with, and a timeout around both
 * Run:     ./2_both 2 want:AB give:A give:B count
 * Prints:  A has two
 *          B has two
 *          lent 0
 * Given:   given/2_scene.h         main, the steps
 * Task:    README.md#2             Check: make practice EXERCISE=04-2
 */
#include "given/2_scene.h"

#include <stdlib.h>

/* ---- Your part: two leases, or none. ---- */

/* One of the two. */
struct half {
    struct both *both;
    int64_t ticket; /* 0: it was answered */
    struct lease lease;
};

/* A borrower that waits for two. Freed when it is answered or cancelled. */
struct both {
    struct pool *pool;
    struct half halves[2];
    both_fn got;
    void *arg;
};

/* Whatever it has or waits for, it does not any more. */
static void both_undo(struct both *both)
{
    for (int i = 0; i < 2; i++) {
        if (both->halves[i].ticket)
            pool_cancel(both->pool, both->halves[i].ticket);
        else if (both->halves[i].lease.connection)
            pool_release(both->pool, both->halves[i].lease);
        both->halves[i].lease.connection = NULL;
    }
}

static void on_half(struct lease lease, const char *error, void *arg)
{
    struct half *half = arg;
    struct both *both = half->both;

    half->ticket = 0;
    half->lease = lease;
    if (error)
        both_undo(both);
    else if (both->halves[0].ticket || both->halves[1].ticket)
        return;
    both->got(both->halves[0].lease, both->halves[1].lease, error, both->arg);
    free(both);
}

/* To ask for both in one breath is the whole secret: the pool serves in order,
 * so there is never more than one borrower that has only one connection. */
struct both *both_acquire(struct pool *pool, int timeout_ms, both_fn got,
                          void *arg)
{
    struct both *both = calloc(1, sizeof *both);

    if (!both)
        return NULL;
    both->pool = pool;
    both->got = got;
    both->arg = arg;
    for (int i = 0; i < 2; i++) {
        struct half *half = &both->halves[i];

        half->both = both;
        half->ticket = pool_acquire(pool, timeout_ms, on_half, half);
        if (half->ticket < 0) {
            half->ticket = 0;
            both_undo(both);
            free(both);
            return NULL;
        }
    }
    return both;
}

void both_cancel(struct both *both)
{
    both_undo(both);
    free(both);
}
