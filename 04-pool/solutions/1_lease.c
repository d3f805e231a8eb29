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

/* ---- Your part: a job. ---- */

enum { PATIENCE_MS = 1000 }; /* how long a job waits for a connection */

/* Owned by itself: freed when it ends. */
struct job {
    struct pool *pool;
    int64_t ticket;
    struct lease lease; /* .connection is NULL before */
    char name;
    int answers;
    job_ended ended;
    void *arg;
};

/* The one end of a job that has begun. */
static void job_end(struct job *job, const char *error)
{
    if (job->lease.connection)
        pool_release(job->pool, job->lease);
    job->ended(job->name, job->answers, error, job->arg);
    free(job);
}

static void on_answer(bool more, const char *error, void *arg)
{
    struct job *job = arg;

    if (!error)
        job->answers++;
    if (error || !more)
        job_end(job, error);
    else if (ask(job->lease.connection, job->name, on_answer, job) < 0)
        job_end(job, "the server is busy");
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct job *job = arg;

    job->lease = lease;
    if (error)
        job_end(job, error);
    else if (ask(lease.connection, job->name, on_answer, job) < 0)
        job_end(job, "the server is busy");
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
    job->ticket = pool_acquire(pool, PATIENCE_MS, on_lease, job);
    if (job->ticket < 0) {
        free(job);
        return NULL;
    }
    return job;
}

void job_cancel(struct job *job)
{
    if (job->lease.connection) {
        ask_no_more(job->lease.connection);
        pool_release(job->pool, job->lease);
    } else {
        pool_cancel(job->pool, job->ticket);
    }
    free(job);
}
