/* 1_lease — the lease goes back on every path.
 *
 * asyncio: async with pool.acquire() as connection, in a task that is cancelled
 * Run:     ./1_lease 1 start:A more:A last:A count
 * Prints:  A: done, 2 answers
 *          free 1, lent 0, waiting 0
 * Given:   given/1_scene.h         main, ask, ask_no_more, the steps
 * Task:    README.md#1             Check: make practice EXERCISE=04-1
 */
#include "given/1_scene.h"

#include <stdlib.h>

/* ---- Your part: a job. This one knows the happy path only. ---- */

enum { PATIENCE_MS = 1000 }; /* how long a job waits for a connection */

/* Owned by itself: freed when it ends. */
struct job {
    struct pool *pool;
    struct lease lease;
    char name;
    int answers;
    job_ended ended;
    void *arg;
};

static void on_answer(bool more, const char *error, void *arg)
{
    struct job *job = arg;

    if (error) {
        job->ended(job->name, job->answers, error, job->arg);
        return;
    }
    job->answers++;
    if (more) {
        ask(job->lease.connection, job->name, on_answer, job);
        return;
    }
    pool_release(job->pool, job->lease);
    job->ended(job->name, job->answers, NULL, job->arg);
    free(job);
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct job *job = arg;

    if (error) {
        job->ended(job->name, 0, error, job->arg);
        return;
    }
    job->lease = lease;
    ask(lease.connection, job->name, on_answer, job);
}

struct job *job_start(struct pool *pool, char name, job_ended ended, void *arg)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        return NULL;
    job->pool = pool;
    job->name = name;
    job->ended = ended;
    job->arg = arg;
    pool_acquire(pool, PATIENCE_MS, on_lease, job);
    return job;
}

void job_cancel(struct job *job)
{
    if (job->lease.connection)
        ask_no_more(job->lease.connection);
}
