/* 4_ctrl_c — finish the work in hand on Ctrl-C.
 *
 * asyncio: loop.add_signal_handler
 * Run:     ./4_ctrl_c 5 1000         five jobs of a second each; press Ctrl-C
 * Prints:  job 1 begun, job 1 done, …, 5 of 5 done
 * Task:    README.md#4             Check: make practice EXERCISE=01-4
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

/* Owned by the worker while it is in hand. */
struct job {
    long number;
};

/* Lives in main; owns the job and the events. */
struct worker {
    struct event *timer; /* pending while a job is in hand */
    struct job *job;     /* in hand, or NULL */
    long jobs, ms, begun, done;
    int status; /* to exit with */
};

/* Takes the next job in hand. Returns 0, or -1. */
static int worker_begin(struct worker *worker)
{
    struct timeval time = {worker->ms / 1000, worker->ms % 1000 * 1000};

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
    worker->done++;
    free(worker->job);
    worker->job = NULL;
    if (worker->begun < worker->jobs && worker_begin(worker) < 0)
        worker->status = 1;
}

/* Begins the first job. Returns 0, or -1; worker_free undoes it in both cases. */
static int worker_start(struct worker *worker, struct event_base *base)
{
    worker->timer = evtimer_new(base, on_job_over, worker);
    return worker->timer ? worker_begin(worker) : -1;
}

static void worker_free(struct worker *worker)
{
    free(worker->job);
    if (worker->timer)
        event_free(worker->timer);
}

int main(int argc, char **argv)
{
    struct worker worker = {0};
    struct event_base *base;

    if (argc == 3) {
        worker.jobs = strtol(argv[1], NULL, 10);
        worker.ms = strtol(argv[2], NULL, 10);
    }
    if (worker.jobs < 1 || worker.ms < 1) {
        fputs("usage: 4_ctrl_c JOBS MS\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (!base || worker_start(&worker, base) < 0 ||
        event_base_dispatch(base) < 0) {
        fputs("4_ctrl_c: failed\n", stderr);
        worker.status = 1;
    } else {
        printf("%ld of %ld done\n", worker.done, worker.jobs);
    }
    worker_free(&worker);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return worker.status;
}
