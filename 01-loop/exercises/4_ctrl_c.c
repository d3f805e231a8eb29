/* 4_ctrl_c — finish the work in hand on Ctrl-C.
 *
 * asyncio: loop.add_signal_handler
 * Run:     make try EXERCISE=01-4 ARGS='5 1000'
 *                                  five jobs of a second each; press Ctrl-C
 * Prints:  job 1 begun, job 1 done, …, 5 of 5 done
 * Given:   given/4_scene.h           main, which prints the last line
 * Task:    README.md#4             Check: make practice EXERCISE=01-4
 */
#include "given/4_scene.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

/* Owned by the worker while it is in hand. */
struct job {
    long number;
};

/* Owns the job and the events. */
struct worker {
    struct event *timer; /* pending while a job is in hand */
    struct job *job;     /* in hand, or NULL */
    long begun;
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

/* ---- Your part: Ctrl-C. This worker does not know of it. ---- */

static void on_job_over(evutil_socket_t fd, short events, void *arg)
{
    struct worker *worker = arg;

    (void)fd;
    (void)events;
    printf("job %ld done\n", worker->job->number);
    worker->work->done++;
    free(worker->job);
    worker->job = NULL;
    if (worker->begun < worker->work->jobs && worker_begin(worker) < 0)
        worker->work->status = 1;
}

/* Begins the first job. Returns NULL on failure. */
struct worker *worker_new(struct event_base *base, struct work *work)
{
    struct worker *worker = calloc(1, sizeof *worker);

    if (!worker)
        return NULL;
    worker->work = work;
    worker->timer = evtimer_new(base, on_job_over, worker);
    if (!worker->timer || worker_begin(worker) < 0) {
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
    free(worker);
}
