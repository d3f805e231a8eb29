#include "process_pool.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct job {
    STAILQ_ENTRY(job) next;
    uint64_t argument;
    process_pool_done done;
    void *arg;
};

STAILQ_HEAD(jobs, job);

/* A child, as its parent sees it. */
struct worker {
    struct process_pool *pool;
    pid_t pid;
    int fd; /* our end of the pair; owned; -1 once the worker is dead */
    struct event *readable;
    struct job *job; /* owned: the one it works on, or NULL */
};

struct process_pool {
    struct event *wake; /* fails what nobody can do; from the loop */
    struct jobs queued;
    int workers, alive, busy;
    struct worker worker[];
};

/* What the child does, till its parent closes the other end. */
static void serve_parent(int fd, uint64_t (*function)(uint64_t))
{
    uint64_t number;
    ssize_t n;

    while ((n = recv(fd, &number, sizeof number, 0)) == sizeof number ||
           (n < 0 && errno == EINTR)) {
        if (n < 0)
            continue;
        number = function(number);
        if (send(fd, &number, sizeof number, MSG_NOSIGNAL) < 0)
            break;
    }
    close(fd);
}

static void worker_lost(struct worker *worker)
{
    event_del(worker->readable);
    close(worker->fd);
    worker->fd = -1;
    worker->pool->alive--;
}

/* Gives idle workers what is queued. If nobody is at work then, nobody will
 * come back for the rest: on_nobody sees to it. */
static void assign(struct process_pool *pool)
{
    for (int i = 0; i < pool->workers; i++) {
        struct worker *worker = &pool->worker[i];
        struct job *job = STAILQ_FIRST(&pool->queued);

        if (!job)
            return;
        if (worker->fd < 0 || worker->job)
            continue;
        if (event_add(worker->readable, NULL) < 0)
            break; /* no memory now: when another one is done, or never */
        /* One small message to an empty socket cannot block. */
        if (send(worker->fd, &job->argument, sizeof job->argument,
                 MSG_NOSIGNAL) < 0) {
            worker_lost(worker); /* it died idle: the next one, then */
            continue;
        }
        STAILQ_REMOVE_HEAD(&pool->queued, next);
        worker->job = job;
        pool->busy++;
    }
    if (pool->busy == 0 && !STAILQ_EMPTY(&pool->queued))
        event_active(pool->wake, 0, 0);
}

static void job_finish(struct job *job, uint64_t result, const char *error)
{
    job->done(result, error, job->arg);
    free(job);
}

/* Fails what is queued now; what the callbacks submit has another turn. */
static void on_nobody(evutil_socket_t fd, short events, void *arg)
{
    struct process_pool *pool = arg;
    struct jobs hopeless = STAILQ_HEAD_INITIALIZER(hopeless);
    struct job *job;

    (void)fd;
    (void)events;
    STAILQ_CONCAT(&hopeless, &pool->queued);
    while ((job = STAILQ_FIRST(&hopeless))) {
        STAILQ_REMOVE_HEAD(&hopeless, next);
        job_finish(job, 0,
                   pool->alive > 0 ? "out of memory"
                                   : "all worker processes have died");
    }
}

/* A worker has answered, or is dead (EOF). */
static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    struct worker *worker = arg;
    struct process_pool *pool = worker->pool;
    struct job *job = worker->job;
    uint64_t result = 0;
    ssize_t n = recv(fd, &result, sizeof result, MSG_DONTWAIT);

    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    worker->job = NULL;
    pool->busy--;
    event_del(worker->readable); /* an idle worker keeps no loop alive */
    if (n != sizeof result)
        worker_lost(worker);
    assign(pool);
    job_finish(job, result,
               n == sizeof result ? NULL : "the worker process died");
}

struct process_pool *process_pool_new(uint64_t (*function)(uint64_t),
                                      int workers)
{
    struct process_pool *pool =
        calloc(1, sizeof *pool + (size_t)workers * sizeof(struct worker));

    if (!pool)
        return NULL;
    STAILQ_INIT(&pool->queued);
    for (int i = 0; i < workers; i++) {
        struct worker *worker = &pool->worker[i];
        int pair[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
            break;
        worker->pool = pool;
        worker->pid = fork();
        if (worker->pid == 0) {
            signal(SIGINT, SIG_IGN); /* Ctrl-C is the parent's affair */
            for (int j = 0; j < i; j++)
                close(pool->worker[j].fd); /* else its EOF never comes */
            close(pair[0]);
            serve_parent(pair[1], function);
            free(pool);
            _exit(0); /* not exit: stdio's buffers are the parent's */
        }
        close(pair[1]);
        if (worker->pid < 0) {
            close(pair[0]);
            break;
        }
        worker->fd = pair[0];
        pool->workers = pool->alive = i + 1;
    }
    if (pool->workers < workers) {
        process_pool_free(pool);
        return NULL;
    }
    return pool;
}

int process_pool_attach(struct process_pool *pool, struct event_base *base)
{
    pool->wake = event_new(base, -1, 0, on_nobody, pool);
    if (!pool->wake)
        return -1;
    for (int i = 0; i < pool->workers; i++) {
        struct worker *worker = &pool->worker[i];

        worker->readable = event_new(base, worker->fd, EV_READ | EV_PERSIST,
                                     on_readable, worker);
        if (!worker->readable)
            return -1;
    }
    return 0;
}

int process_pool_submit(struct process_pool *pool, uint64_t argument,
                        process_pool_done done, void *arg)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        return -1;
    job->argument = argument;
    job->done = done;
    job->arg = arg;
    STAILQ_INSERT_TAIL(&pool->queued, job, next);
    assign(pool);
    return 0;
}

void process_pool_free(struct process_pool *pool)
{
    struct job *job;

    if (pool->wake)
        event_free(pool->wake);
    for (int i = 0; i < pool->workers; i++) {
        struct worker *worker = &pool->worker[i];

        if (worker->readable)
            event_free(worker->readable);
        if (worker->fd >= 0)
            close(worker->fd); /* the worker sees EOF and ends */
        if (worker->job)
            kill(worker->pid, SIGKILL); /* nobody wants its result */
        free(worker->job);
    }
    for (int i = 0; i < pool->workers; i++) {
        while (waitpid(pool->worker[i].pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    while ((job = STAILQ_FIRST(&pool->queued))) {
        STAILQ_REMOVE_HEAD(&pool->queued, next);
        free(job);
    }
    free(pool);
}
