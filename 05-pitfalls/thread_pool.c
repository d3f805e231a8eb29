#include "thread_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>

/* A job on its way: owned by the queue it is in, or by the worker between. */
struct job {
    STAILQ_ENTRY(job) next;
    uint64_t (*function)(uint64_t);
    uint64_t argument, result;
    thread_pool_done done;
    void *arg;
};

STAILQ_HEAD(jobs, job);

struct thread_pool {
    pthread_mutex_t mutex; /* guards queued, finished, stopping */
    pthread_cond_t work;   /* something is queued, or we stop */
    struct jobs queued, finished;
    bool stopping;
    struct event *wake; /* owned: activated by workers, runs on the loop */
    int out;            /* jobs not reported yet; the loop's thread only */
    int workers;        /* threads started */
    pthread_t threads[];
};

/* A worker: takes a job, runs it without the mutex, queues the result. */
static void *work(void *arg)
{
    struct thread_pool *pool = arg;
    struct job *job;

    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (STAILQ_EMPTY(&pool->queued) && !pool->stopping)
            pthread_cond_wait(&pool->work, &pool->mutex);
        if (pool->stopping)
            break;
        job = STAILQ_FIRST(&pool->queued);
        STAILQ_REMOVE_HEAD(&pool->queued, next);
        pthread_mutex_unlock(&pool->mutex);

        job->result = job->function(job->argument);

        pthread_mutex_lock(&pool->mutex);
        STAILQ_INSERT_TAIL(&pool->finished, job, next);
        /* The one call of libevent's that another thread may make here:
         * evthread_use_pthreads has given the base a lock and a wake-up. */
        event_active(pool->wake, 0, 0);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* On the loop: reports all results that are there. The callbacks run without
 * the mutex, so they may submit again. */
static void on_wake(evutil_socket_t fd, short events, void *arg)
{
    struct thread_pool *pool = arg;
    struct jobs finished = STAILQ_HEAD_INITIALIZER(finished);
    struct job *job;

    (void)fd;
    (void)events;
    pthread_mutex_lock(&pool->mutex);
    STAILQ_CONCAT(&finished, &pool->finished);
    pthread_mutex_unlock(&pool->mutex);
    while ((job = STAILQ_FIRST(&finished))) {
        STAILQ_REMOVE_HEAD(&finished, next);
        if (--pool->out == 0)
            event_del(pool->wake); /* nothing to wait for: let the loop end */
        job->done(job->result, NULL, job->arg);
        free(job);
    }
}

struct thread_pool *thread_pool_new(struct event_base *base, int workers)
{
    struct thread_pool *pool =
        calloc(1, sizeof *pool + (size_t)workers * sizeof(pthread_t));

    if (!pool)
        return NULL;
    STAILQ_INIT(&pool->queued);
    STAILQ_INIT(&pool->finished);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    pool->wake = event_new(base, -1, EV_PERSIST, on_wake, pool);
    while (pool->wake && pool->workers < workers &&
           pthread_create(&pool->threads[pool->workers], NULL, work, pool) == 0)
        pool->workers++;
    if (pool->workers < workers) {
        thread_pool_free(pool);
        return NULL;
    }
    return pool;
}

int thread_pool_submit(struct thread_pool *pool, uint64_t (*function)(uint64_t),
                       uint64_t argument, thread_pool_done done, void *arg)
{
    const struct timeval year = {365 * 86400, 0};
    struct job *job = calloc(1, sizeof *job);

    /* An event that only threads activate does not keep a loop alive; with a
     * far timeout it counts as pending. */
    if (!job || (pool->out == 0 && event_add(pool->wake, &year) < 0)) {
        free(job);
        return -1;
    }
    job->function = function;
    job->argument = argument;
    job->done = done;
    job->arg = arg;
    pool->out++;
    pthread_mutex_lock(&pool->mutex);
    STAILQ_INSERT_TAIL(&pool->queued, job, next);
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    return 0;
}

static void jobs_free(struct jobs *jobs)
{
    struct job *job;

    while ((job = STAILQ_FIRST(jobs))) {
        STAILQ_REMOVE_HEAD(jobs, next);
        free(job);
    }
}

void thread_pool_free(struct thread_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    for (int i = 0; i < pool->workers; i++)
        pthread_join(pool->threads[i], NULL);
    jobs_free(&pool->queued);
    jobs_free(&pool->finished);
    if (pool->wake)
        event_free(pool->wake);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}
