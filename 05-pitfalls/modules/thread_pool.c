#include "thread_pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct thread_pool {
    pthread_mutex_t mutex; /* guards the next three, and each job's state */
    struct job_list waiting, over;
    bool quit;
    pthread_cond_t work; /* a job waits, or quit is set */
    int wake_fd;         /* owned: written by workers, read by the loop */
    /* The rest is for the loop's thread only. */
    struct event *wake;
    struct job_list reported; /* taken from over */
    int pending, capacity;    /* jobs whose `done` is to come, and at most */
    bool stopped;             /* thread_pool_stop was called */
    bool refused;             /* a job, for lack of room: on_room is due */
    void (*on_room)(void *arg);
    void *arg;
    int workers; /* threads started */
    pthread_t threads[];
};

/* Wakes the loop. A write to an eventfd fails only when it could not count
 * further; then the loop is about to wake anyway. */
static void wake(struct thread_pool *pool)
{
    uint64_t one = 1;

    while (write(pool->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

/* A worker: takes a job, runs it without the mutex, queues it for `done`. Only
 * the first in an empty queue needs to wake the loop. */
static void *work(void *arg)
{
    struct thread_pool *pool = arg;
    struct job *job;
    bool first;

    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (TAILQ_EMPTY(&pool->waiting) && !pool->quit)
            pthread_cond_wait(&pool->work, &pool->mutex);
        if (pool->quit)
            break;
        job = TAILQ_FIRST(&pool->waiting);
        TAILQ_REMOVE(&pool->waiting, job, next);
        job->state = JOB_RUNS;
        pthread_mutex_unlock(&pool->mutex);

        job_step(job, JOB_BEGUN);
        job->function(job->argument);
        job_step(job, JOB_DONE);

        pthread_mutex_lock(&pool->mutex);
        first = TAILQ_EMPTY(&pool->over);
        job->state = JOB_IS_OVER;
        TAILQ_INSERT_TAIL(&pool->over, job, next);
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
static void release_loop(struct thread_pool *pool)
{
    if (pool->stopped && pool->pending == 0)
        event_del(pool->wake);
}

/* Tells a submitter that was refused that it may try again. */
static void tell_room(struct thread_pool *pool)
{
    if (!pool->refused || (!pool->stopped && pool->pending >= pool->capacity))
        return;
    pool->refused = false;
    if (pool->on_room)
        pool->on_room(pool->arg);
}

/* Calls `done` for all jobs that are over now. The callbacks run without the
 * mutex, so that they may submit and cancel; what is over by then comes next
 * time, so that no timer starves. */
static void report(struct thread_pool *pool)
{
    struct job *job;

    pthread_mutex_lock(&pool->mutex);
    TAILQ_CONCAT(&pool->reported, &pool->over, next);
    pthread_mutex_unlock(&pool->mutex);
    while ((job = TAILQ_FIRST(&pool->reported))) {
        TAILQ_REMOVE(&pool->reported, job, next);
        pool->pending--;
        job_step(job, JOB_TOLD);
        job->done(job->error, job->arg); /* which may free the job */
    }
    tell_room(pool);
}

static void on_wake(evutil_socket_t fd, short events, void *arg)
{
    struct thread_pool *pool = arg;
    uint64_t count;

    (void)events;
    /* First, so that what is over from here on wakes us again. */
    if (read(fd, &count, sizeof count) < 0 && errno == EINTR)
        return;
    report(pool);
    release_loop(pool);
}

/* Starts the threads, deaf to signals: those are for the loop's thread. Returns
 * false and errno if not all of them could be started. */
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

struct thread_pool *thread_pool_new(struct event_base *base, int workers,
                                    int capacity)
{
    struct thread_pool *pool =
        calloc(1, sizeof *pool + (size_t)workers * sizeof(pthread_t));

    if (!pool)
        return NULL;
    pool->capacity = capacity;
    TAILQ_INIT(&pool->waiting);
    TAILQ_INIT(&pool->over);
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

void thread_pool_on_room(struct thread_pool *pool, void (*on_room)(void *arg),
                         void *arg)
{
    pool->on_room = on_room;
    pool->arg = arg;
}

int thread_pool_submit(struct thread_pool *pool, struct job *job)
{
    if (pool->stopped || pool->pending >= pool->capacity) {
        pool->refused = !pool->stopped;
        errno = pool->stopped ? ESHUTDOWN : EAGAIN;
        return -1;
    }
    job->state = JOB_WAITS;
    job->error = NULL;
    pool->pending++;
    job_step(job, JOB_GIVEN);
    pthread_mutex_lock(&pool->mutex);
    TAILQ_INSERT_TAIL(&pool->waiting, job, next);
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    return 0;
}

/* Takes back a job that waits: its `done` is to come. Call it with the mutex. */
static void take_back(struct thread_pool *pool, struct job *job,
                      const char *error)
{
    TAILQ_REMOVE(&pool->waiting, job, next);
    job->state = JOB_IS_OVER;
    job->error = error;
    TAILQ_INSERT_TAIL(&pool->over, job, next);
}

bool thread_pool_cancel(struct thread_pool *pool, struct job *job)
{
    bool waits, first = false;

    pthread_mutex_lock(&pool->mutex);
    waits = job->state == JOB_WAITS;
    if (waits) {
        first = TAILQ_EMPTY(&pool->over);
        take_back(pool, job, JOB_CANCELLED);
    }
    pthread_mutex_unlock(&pool->mutex);
    if (first)
        wake(pool);
    return waits;
}

void thread_pool_stop(struct thread_pool *pool, bool finish)
{
    pool->stopped = true;
    pthread_mutex_lock(&pool->mutex);
    while (!finish && !TAILQ_EMPTY(&pool->waiting))
        take_back(pool, TAILQ_FIRST(&pool->waiting), JOB_STOPPED);
    pthread_mutex_unlock(&pool->mutex);
    wake(pool); /* even if no job waited: on_room may be due */
    release_loop(pool);
}

void thread_pool_free(struct thread_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->quit = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    for (int i = 0; i < pool->workers; i++)
        pthread_join(pool->threads[i], NULL);
    if (pool->wake)
        thread_pool_stop(pool, false);
    report(pool);
    if (pool->wake)
        event_free(pool->wake);
    if (pool->wake_fd >= 0)
        close(pool->wake_fd);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}
