#include "process_pool.h"

#include "crew.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/queue.h>

TAILQ_HEAD(jobs, process_job);

/* Owned by the queue it is in, or by the place whose worker has it. */
struct process_job {
    TAILQ_ENTRY(process_job) next;
    struct jobs *queue; /* NULL: a worker has it … */
    int place;          /* … in this place */
    uint64_t argument;
    process_pool_done done;
    void *arg;
};

struct process_pool {
    struct crew *crew;    /* owned */
    struct event *report; /* fails the jobs in `failed`; from the loop */
    struct jobs queued, failed;
    const char *why; /* those in `failed` do */
    int out, limit;  /* jobs that are not answered yet, and at most */
    bool stopped;    /* process_pool_stop was called */
    int workers;
    struct process_job *running[]; /* owned: who has which, by place */
};

/* Fails what is queued, a moment later: `done` never comes out of a call. */
static void fail_queued(struct process_pool *pool, const char *why)
{
    struct process_job *job;

    for (job = TAILQ_FIRST(&pool->queued); job; job = TAILQ_NEXT(job, next))
        job->queue = &pool->failed;
    TAILQ_CONCAT(&pool->failed, &pool->queued, next);
    pool->why = why;
    event_active(pool->report, 0, 0);
}

/* Gives idle workers what is queued. */
static void assign(struct process_pool *pool)
{
    struct process_job *job;
    int place;

    while ((job = TAILQ_FIRST(&pool->queued))) {
        place = crew_give(pool->crew, job->argument);
        if (place < 0)
            break;
        TAILQ_REMOVE(&pool->queued, job, next);
        job->queue = NULL;
        job->place = place;
        pool->running[place] = job;
    }
    if (job && crew_gone(pool->crew))
        fail_queued(pool, "all worker processes have died");
}

/* With no job left, a stopped pool lets the loop end. */
static void let_go(struct process_pool *pool)
{
    if (pool->stopped && pool->out == 0)
        crew_rest(pool->crew);
}

/* Answers a job, which nobody has any more. */
static void finish_job(struct process_pool *pool, struct process_job *job,
                       uint64_t result, const char *error)
{
    pool->out--;
    job->done(result, error, job->arg);
    free(job);
    let_go(pool);
}

static void on_report(evutil_socket_t fd, short events, void *arg)
{
    struct process_pool *pool = arg;
    struct process_job *job;

    (void)fd;
    (void)events;
    while ((job = TAILQ_FIRST(&pool->failed))) {
        TAILQ_REMOVE(&pool->failed, job, next);
        finish_job(pool, job, 0, pool->why);
    }
}

static void on_answer(int place, uint64_t result, bool died, void *arg)
{
    struct process_pool *pool = arg;
    struct process_job *job = pool->running[place];

    pool->running[place] = NULL;
    assign(pool); /* first: it works while the callback runs */
    finish_job(pool, job, result, died ? "the worker process died" : NULL);
}

static void on_change(bool hopeless, void *arg)
{
    struct process_pool *pool = arg;

    if (hopeless)
        fail_queued(pool, "no worker process can be started");
    else
        assign(pool);
}

struct process_pool *process_pool_new(uint64_t (*function)(uint64_t),
                                      int workers, int limit)
{
    struct crew *crew = crew_new(function, workers);
    struct process_pool *pool = NULL;

    if (!crew)
        return NULL;
    pool = calloc(1, sizeof *pool +
                         (size_t)workers * sizeof(struct process_job *));
    if (!pool) {
        crew_free(crew);
        return NULL;
    }
    TAILQ_INIT(&pool->queued);
    TAILQ_INIT(&pool->failed);
    pool->crew = crew;
    pool->limit = limit;
    pool->workers = workers;
    return pool;
}

int process_pool_attach(struct process_pool *pool, struct event_base *base)
{
    pool->report = event_new(base, -1, 0, on_report, pool);
    if (!pool->report)
        return -1;
    return crew_attach(pool->crew, base, on_answer, on_change, pool);
}

struct process_job *process_pool_submit(struct process_pool *pool,
                                        uint64_t argument,
                                        process_pool_done done, void *arg)
{
    struct process_job *job = NULL;

    if (pool->stopped)
        errno = ESHUTDOWN;
    else if (!pool->report)
        errno = EINVAL;
    else if (crew_gone(pool->crew))
        errno = ECHILD;
    else if (pool->out >= pool->limit)
        errno = EAGAIN;
    else
        job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->argument = argument;
    job->done = done;
    job->arg = arg;
    job->queue = &pool->queued;
    TAILQ_INSERT_TAIL(&pool->queued, job, next);
    pool->out++;
    assign(pool);
    return job;
}

void process_pool_cancel(struct process_pool *pool, struct process_job *job)
{
    if (job->queue) {
        TAILQ_REMOVE(job->queue, job, next);
    } else {
        pool->running[job->place] = NULL;
        crew_stop(pool->crew, job->place);
    }
    pool->out--;
    free(job);
    assign(pool);
    let_go(pool);
}

void process_pool_stop(struct process_pool *pool, bool finish)
{
    pool->stopped = true;
    if (!finish && !TAILQ_EMPTY(&pool->queued))
        fail_queued(pool, "the pool was stopped");
    let_go(pool);
}

static void jobs_free(struct jobs *jobs)
{
    struct process_job *job;

    while ((job = TAILQ_FIRST(jobs))) {
        TAILQ_REMOVE(jobs, job, next);
        free(job);
    }
}

void process_pool_free(struct process_pool *pool)
{
    crew_free(pool->crew);
    if (pool->report)
        event_free(pool->report);
    for (int i = 0; i < pool->workers; i++)
        free(pool->running[i]);
    jobs_free(&pool->queued);
    jobs_free(&pool->failed);
    free(pool);
}
