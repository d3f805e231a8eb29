#include "thread_pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

TAILQ_HEAD(jobs, thread_job);

/* Owned by the queue it is in, or by the worker between two queues. */
struct thread_job {
    TAILQ_ENTRY(thread_job) next;
    bool queued;               /* not started yet; under the mutex */
    uint64_t argument, result; /* belong to who owns the job */
    const char *error;
    thread_pool_done done; /* these two: the loop's thread only */
    void *arg;
};

struct thread_pool {
    uint64_t (*function)(uint64_t);
    pthread_mutex_t mutex; /* guards the next three */
    struct jobs queued, finished;
    bool quit;
    pthread_cond_t work; /* something is queued, or quit is set */
    int wake_fd;         /* owned: written by workers, read by the loop */
    /* The rest is for the loop's thread only. */
    struct event *wake;
    struct jobs reported; /* taken from finished */
    int out, limit;       /* jobs that are not answered yet, and at most */
    bool stopped;         /* thread_pool_stop was called */
    int workers;          /* threads started */
    pthread_t threads[];
};

/* Wakes the loop. A write to an eventfd fails only when it could not count
 * further; then the loop has news enough. */
static void wake(struct thread_pool *pool)
{
    uint64_t one = 1;

    while (write(pool->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

/* A worker: takes a job, runs it without the mutex, queues the result. Only the
 * first result in an empty queue needs to wake the loop. */
static void *work(void *arg)
{
    struct thread_pool *pool = arg;
    struct thread_job *job;
    bool first;

    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (TAILQ_EMPTY(&pool->queued) && !pool->quit)
            pthread_cond_wait(&pool->work, &pool->mutex);
        if (pool->quit)
            break;
        job = TAILQ_FIRST(&pool->queued);
        TAILQ_REMOVE(&pool->queued, job, next);
        job->queued = false;
        pthread_mutex_unlock(&pool->mutex);

        job->result = pool->function(job->argument);

        pthread_mutex_lock(&pool->mutex);
        first = TAILQ_EMPTY(&pool->finished);
        TAILQ_INSERT_TAIL(&pool->finished, job, next);
        if (first) {
            pthread_mutex_unlock(&pool->mutex);
            wake(pool);
            pthread_mutex_lock(&pool->mutex);
        }
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* With no job left, a stopped pool lets the loop end. */
static void let_go(struct thread_pool *pool)
{
    if (pool->stopped && pool->out == 0)
        event_del(pool->wake);
}

/* On the loop: reports all results that are there. The callbacks run without
 * the mutex, so they may submit and cancel. */
static void on_wake(evutil_socket_t fd, short events, void *arg)
{
    struct thread_pool *pool = arg;
    struct thread_job *job;
    uint64_t count;

    (void)events;
    /* First, so that what is finished from here on wakes us again. */
    if (read(fd, &count, sizeof count) < 0 && errno == EINTR)
        return;
    pthread_mutex_lock(&pool->mutex);
    TAILQ_CONCAT(&pool->reported, &pool->finished, next);
    pthread_mutex_unlock(&pool->mutex);
    while ((job = TAILQ_FIRST(&pool->reported))) {
        TAILQ_REMOVE(&pool->reported, job, next);
        pool->out--;
        if (job->done)
            job->done(job->result, job->error, job->arg);
        free(job);
    }
    let_go(pool);
}

/* Starts the threads, deaf to signals: those are for the loop's thread. False and
 * errno, if not all of them. */
static bool start_threads(struct thread_pool *pool, int workers)
{
    sigset_t all, before;
    int error = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->workers < workers &&
           (error = pthread_create(&pool->threads[pool->workers], NULL, work,
                                   pool)) == 0)
        pool->workers++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return error == 0;
}

struct thread_pool *thread_pool_new(struct event_base *base,
                                    uint64_t (*function)(uint64_t), int workers,
                                    int limit)
{
    struct thread_pool *pool =
        calloc(1, sizeof *pool + (size_t)workers * sizeof(pthread_t));

    if (!pool)
        return NULL;
    pool->function = function;
    pool->limit = limit;
    TAILQ_INIT(&pool->queued);
    TAILQ_INIT(&pool->finished);
    TAILQ_INIT(&pool->reported);
    pthread_mutex_init(&pool->mutex, NULL); /* these two cannot fail on Linux */
    pthread_cond_init(&pool->work, NULL);
    pool->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (pool->wake_fd >= 0)
        pool->wake =
            event_new(base, pool->wake_fd, EV_READ | EV_PERSIST, on_wake, pool);
    if (!pool->wake || event_add(pool->wake, NULL) < 0 ||
        !start_threads(pool, workers)) {
        int error = errno;

        thread_pool_free(pool);
        errno = error;
        return NULL;
    }
    return pool;
}

struct thread_job *thread_pool_submit(struct thread_pool *pool,
                                      uint64_t argument, thread_pool_done done,
                                      void *arg)
{
    struct thread_job *job = NULL;

    if (pool->stopped)
        errno = ESHUTDOWN;
    else if (pool->out >= pool->limit)
        errno = EAGAIN;
    else
        job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->argument = argument;
    job->done = done;
    job->arg = arg;
    job->queued = true;
    pool->out++;
    pthread_mutex_lock(&pool->mutex);
    TAILQ_INSERT_TAIL(&pool->queued, job, next);
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    return job;
}

void thread_pool_cancel(struct thread_pool *pool, struct thread_job *job)
{
    bool queued;

    job->done = NULL; /* a worker never looks at it */
    pthread_mutex_lock(&pool->mutex);
    queued = job->queued;
    if (queued)
        TAILQ_REMOVE(&pool->queued, job, next);
    pthread_mutex_unlock(&pool->mutex);
    if (queued) {
        free(job);
        pool->out--;
        let_go(pool);
    }
}

void thread_pool_stop(struct thread_pool *pool, bool finish)
{
    struct thread_job *job;

    pool->stopped = true;
    if (!finish) {
        pthread_mutex_lock(&pool->mutex);
        TAILQ_FOREACH(job, &pool->queued, next)
        {
            job->queued = false;
            job->error = "the pool was stopped";
        }
        TAILQ_CONCAT(&pool->finished, &pool->queued, next);
        pthread_mutex_unlock(&pool->mutex);
        wake(pool);
    }
    let_go(pool);
}

static void jobs_free(struct jobs *jobs)
{
    struct thread_job *job;

    while ((job = TAILQ_FIRST(jobs))) {
        TAILQ_REMOVE(jobs, job, next);
        free(job);
    }
}

void thread_pool_free(struct thread_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->quit = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    for (int i = 0; i < pool->workers; i++)
        pthread_join(pool->threads[i], NULL);
    jobs_free(&pool->queued);
    jobs_free(&pool->finished);
    jobs_free(&pool->reported);
    if (pool->wake)
        event_free(pool->wake);
    if (pool->wake_fd >= 0)
        close(pool->wake_fd);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}
