#include "process_pool.h"

#include "workers.h"

#include <errno.h>
#include <stdlib.h>

struct process_pool {
    struct workers *workers; /* owned */
    struct event *report;    /* owned: calls `done` for the jobs in `over` */
    struct job_list waiting, over;
    int pending, capacity; /* jobs whose `done` is to come, and at most */
    size_t largest;
    bool stopped; /* process_pool_stop was called */
    bool refused; /* a job, for lack of room: on_room is due */
    void (*on_room)(void *arg);
    void *arg;
    int slots;
    struct job *running[]; /* not owned: the job of each slot, or NULL */
};

/* Has `done` called for a job, a moment later: never out of a call. A timer, so
 * that a `done` that cancels the next job starves no other event (see 01-07). */
static void end_later(struct process_pool *pool, struct job *job,
                      const char *error)
{
    const struct timeval next_pass = {0, 0};

    job->state = JOB_IS_OVER;
    job->error = error;
    TAILQ_INSERT_TAIL(&pool->over, job, next);
    if (event_add(pool->report, &next_pass) < 0)
        event_active(pool->report, 0, 0);
}

/* Fails the jobs that wait. */
static void fail_waiting(struct process_pool *pool, const char *error)
{
    struct job *job;

    while ((job = TAILQ_FIRST(&pool->waiting))) {
        TAILQ_REMOVE(&pool->waiting, job, next);
        end_later(pool, job, error);
    }
}

/* Gives the jobs that wait to idle workers. */
static void assign(struct process_pool *pool)
{
    struct job *job;

    while ((job = TAILQ_FIRST(&pool->waiting))) {
        job->slot = workers_send(pool->workers, job->function, job->argument,
                                 job->size);
        if (job->slot < 0 && errno == EAGAIN)
            return;
        if (job->slot < 0 && errno == ECHILD) {
            fail_waiting(pool, JOB_BROKEN);
            return;
        }
        TAILQ_REMOVE(&pool->waiting, job, next);
        if (job->slot < 0) {
            end_later(pool, job, JOB_NOT_SENT);
            continue;
        }
        job->state = JOB_RUNS;
        job_step(job, JOB_BEGUN);
        pool->running[job->slot] = job;
    }
}

/* With no job left, a stopped pool lets the loop end. */
static void release_loop(struct process_pool *pool)
{
    if (pool->stopped && pool->pending == 0)
        workers_release_loop(pool->workers);
}

/* Tells a submitter that was refused that it may try again. */
static void tell_room(struct process_pool *pool)
{
    if (!pool->refused || (!pool->stopped && pool->pending >= pool->capacity))
        return;
    pool->refused = false;
    if (pool->on_room)
        pool->on_room(pool->arg);
}

/* Ends a job, which is in no list any more; `done` may free it. */
static void end(struct process_pool *pool, struct job *job, const char *error)
{
    pool->pending--;
    job_step(job, JOB_TOLD);
    job->done(error, job->arg);
}

/* Ends all jobs that are over now; those that follow have their own turn. */
static void end_those_over(struct process_pool *pool)
{
    struct job_list now = TAILQ_HEAD_INITIALIZER(now);
    struct job *job;

    TAILQ_CONCAT(&now, &pool->over, next);
    while ((job = TAILQ_FIRST(&now))) {
        TAILQ_REMOVE(&now, job, next);
        end(pool, job, job->error);
    }
    tell_room(pool);
}

static void on_report(evutil_socket_t fd, short events, void *arg)
{
    struct process_pool *pool = arg;

    (void)fd;
    (void)events;
    end_those_over(pool);
    release_loop(pool);
}

static void on_answered(int slot, bool died, void *arg)
{
    struct process_pool *pool = arg;
    struct job *job = pool->running[slot];

    pool->running[slot] = NULL;
    job->state = JOB_IS_OVER;
    job_step(job, JOB_DONE);
    assign(pool); /* first: the worker works while `done` runs */
    end(pool, job, died ? JOB_DIED : NULL);
    tell_room(pool);
    release_loop(pool);
}

static void on_ready(void *arg)
{
    assign(arg);
}

static void on_no_workers(void *arg)
{
    struct process_pool *pool = arg;

    fail_waiting(pool,
                 workers_are_dead(pool->workers) ? JOB_BROKEN : JOB_NO_WORKER);
}

struct process_pool *process_pool_new(int slots, int capacity, size_t largest)
{
    struct workers *workers = workers_new(slots, largest);
    struct process_pool *pool = NULL;

    if (!workers)
        return NULL;
    pool = calloc(1, sizeof *pool + (size_t)slots * sizeof(struct job *));
    if (!pool) {
        workers_free(workers);
        return NULL;
    }
    TAILQ_INIT(&pool->waiting);
    TAILQ_INIT(&pool->over);
    pool->workers = workers;
    pool->capacity = capacity;
    pool->largest = largest;
    pool->slots = slots;
    return pool;
}

int process_pool_attach(struct process_pool *pool, struct event_base *base)
{
    static const struct workers_calls calls = {
        .answered = on_answered,
        .ready = on_ready,
        .no_workers = on_no_workers,
    };

    pool->report = event_new(base, -1, 0, on_report, pool);
    if (!pool->report)
        return -1;
    return workers_attach(pool->workers, base, &calls, pool);
}

void process_pool_on_room(struct process_pool *pool, void (*on_room)(void *arg),
                          void *arg)
{
    pool->on_room = on_room;
    pool->arg = arg;
}

/* Returns 0, or why the pool does not take a job: an errno. */
static int refusal(struct process_pool *pool, const struct job *job)
{
    if (pool->stopped)
        return ESHUTDOWN;
    if (!pool->report || job->size == 0)
        return EINVAL;
    if (job->size > pool->largest)
        return EMSGSIZE;
    if (workers_are_dead(pool->workers))
        return ECHILD;
    pool->refused = pool->refused || pool->pending >= pool->capacity;
    return pool->pending >= pool->capacity ? EAGAIN : 0;
}

int process_pool_submit(struct process_pool *pool, struct job *job)
{
    int error = refusal(pool, job);

    if (error) {
        errno = error;
        return -1;
    }
    job->state = JOB_WAITS;
    TAILQ_INSERT_TAIL(&pool->waiting, job, next);
    pool->pending++;
    job_step(job, JOB_GIVEN);
    assign(pool);
    return 0;
}

bool process_pool_cancel(struct process_pool *pool, struct job *job)
{
    if (job->state == JOB_IS_OVER)
        return false;
    if (job->state == JOB_WAITS) {
        TAILQ_REMOVE(&pool->waiting, job, next);
    } else {
        pool->running[job->slot] = NULL;
        workers_kill(pool->workers, job->slot);
    }
    end_later(pool, job, JOB_CANCELLED);
    return true;
}

void process_pool_stop(struct process_pool *pool, bool finish)
{
    const struct timeval next_pass = {0, 0};

    pool->stopped = true;
    if (!finish)
        fail_waiting(pool, JOB_STOPPED);
    if (pool->refused && event_add(pool->report, &next_pass) < 0)
        event_active(pool->report, 0, 0); /* for on_room */
    release_loop(pool);
}

void process_pool_free(struct process_pool *pool)
{
    workers_free(pool->workers); /* from here on nothing writes to a job */
    pool->stopped = true;
    for (int i = 0; i < pool->slots; i++) {
        if (pool->running[i])
            end_later(pool, pool->running[i], JOB_STOPPED);
    }
    if (pool->report)
        fail_waiting(pool, JOB_STOPPED);
    end_those_over(pool);
    if (pool->report)
        event_free(pool->report);
    free(pool);
}
