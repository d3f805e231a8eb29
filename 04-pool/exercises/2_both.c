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

/* ---- Your part: two leases, or none. This one asks for them in turn. ---- */

/* A borrower that waits for two. Freed when it is answered or cancelled. */
struct both {
    struct pool *pool;
    int timeout_ms;
    int64_t ticket;
    struct lease first;
    both_fn got;
    void *arg;
};

static void on_second(struct lease second, const char *error, void *arg)
{
    struct both *both = arg;

    both->got(both->first, second, error, both->arg);
    free(both);
}

static void on_first(struct lease first, const char *error, void *arg)
{
    struct both *both = arg;

    if (error) {
        both->got(first, first, error, both->arg);
        free(both);
        return;
    }
    both->first = first;
    both->ticket = pool_acquire(both->pool, both->timeout_ms, on_second, both);
}

struct both *both_acquire(struct pool *pool, int timeout_ms, both_fn got,
                          void *arg)
{
    struct both *both = calloc(1, sizeof *both);

    if (!both)
        return NULL;
    both->pool = pool;
    both->timeout_ms = timeout_ms;
    both->got = got;
    both->arg = arg;
    both->ticket = pool_acquire(pool, timeout_ms, on_first, both);
    if (both->ticket < 0) {
        free(both);
        return NULL;
    }
    return both;
}

void both_cancel(struct both *both)
{
    pool_cancel(both->pool, both->ticket);
    free(both);
}
