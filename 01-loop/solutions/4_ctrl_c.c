/* 4_ctrl_c — finish the work in hand on Ctrl-C.
 *
 * asyncio: loop.add_signal_handler
 * Run:     make try EXERCISE=01-4 ARGS='5 1000'
 *                                  five jobs of a second each; press Ctrl-C
 * Prints:  job 1 begun, job 1 done, …, 5 of 5 done
 * Given:   given/4_scene.h           main, which prints the last line
 *
 * A signal is an event like any other: its callback sets a flag, and the end of
 * the job looks at it. It stays pending, so it must be deleted for the loop to
 * end, whether it came or not.
 */
#include "given/4_scene.h"
#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Owned by the worker while it is in hand. */
struct job {
    long number;
};

/* Owns the job and the events. */
struct worker {
    struct event *timer; /* pending while a job is in hand */
    struct event *interrupt;
    struct job *job; /* in hand, or NULL */
    long begun;
    bool stopping;
    struct work *work; /* not owned */
};

/* Takes the next job in hand. Returns 0; on failure returns -1. */
static int worker_begin(struct worker *worker)
{
    long ms = worker->work->ms;
    struct timeval time = {ms / 1000, ms % 1000 * 1000};

    worker->job = malloc(sizeof *worker->job);
    if (!worker->job)
        return -1;
    worker->job->number = ++worker->begun;
    printf("job %ld begun\n", worker->job->number);
    return evtimer_add(worker->timer, &time);
}

/* Nothing is to be waited for any more. */
static void worker_end(struct worker *worker)
{
    free(worker->job);
    worker->job = NULL;
    event_del(worker->timer);
    event_del(worker->interrupt);
}

static void on_job_over(evutil_socket_t fd, short events, void *arg)
{
    struct worker *worker = arg;

    (void)fd;
    (void)events;
    printf("job %ld done\n", worker->job->number);
    worker->work->done++;
    free(worker->job);
    worker->job = NULL;
    if (worker->stopping || worker->begun == worker->work->jobs) {
        worker_end(worker);
    } else if (worker_begin(worker) < 0) {
        worker->work->status = 1;
        worker_end(worker);
    }
}

/* The first Ctrl-C lets the job in hand end, the second drops it. */
static void on_interrupt(evutil_socket_t number, short events, void *arg)
{
    struct worker *worker = arg;

    (void)number;
    (void)events;
    if (!worker->stopping) {
        worker->stopping = true;
        printf("stopping after job %ld\n", worker->job->number);
        return;
    }
    printf("job %ld dropped\n", worker->job->number);
    worker->work->status = 1;
    worker_end(worker);
}

/* Begins the first job. Returns NULL on failure. */
struct worker *worker_new(struct event_base *base, struct work *work)
{
    struct worker *worker = calloc(1, sizeof *worker);

    if (!worker)
        return NULL;
    worker->work = work;
    worker->timer = evtimer_new(base, on_job_over, worker);
    worker->interrupt = evsignal_new(base, SIGINT, on_interrupt, worker);
    if (!worker->timer || !worker->interrupt ||
        event_add(worker->interrupt, NULL) < 0 || worker_begin(worker) < 0) {
        worker_free(worker);
        return NULL;
    }
    return worker;
}

/* Frees what worker_new has made, even if it failed half way. */
void worker_free(struct worker *worker)
{
    free(worker->job);
    if (worker->timer)
        event_free(worker->timer);
    if (worker->interrupt)
        event_free(worker->interrupt);
    free(worker);
}
