/* 4_ctrl_c — finish the work in hand on Ctrl-C.
 *
 * asyncio: loop.add_signal_handler
 * Run:     ./4_ctrl_c 5 1000         five jobs of a second each; press Ctrl-C
 * Prints:  job 1 begun, job 1 done, …, 5 of 5 done
 *
 * A signal is an event like any other: its callback sets a flag, and the end of
 * the job looks at it. It stays pending, so it must be deleted for the loop to
 * end, whether it came or not.
 */
#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Owned by the worker while it is in hand. */
struct job {
    long number;
};

/* Lives in main; owns the job and the events. */
struct worker {
    struct event *timer; /* pending while a job is in hand */
    struct event *interrupt;
    struct job *job; /* in hand, or NULL */
    long jobs, ms, begun, done;
    bool stopping;
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
    worker->done++;
    free(worker->job);
    worker->job = NULL;
    if (worker->stopping || worker->begun == worker->jobs) {
        worker_end(worker);
    } else if (worker_begin(worker) < 0) {
        worker->status = 1;
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
    worker->status = 1;
    worker_end(worker);
}

/* Begins the first job. Returns 0, or -1; worker_free undoes it in both cases. */
static int worker_start(struct worker *worker, struct event_base *base)
{
    worker->timer = evtimer_new(base, on_job_over, worker);
    worker->interrupt = evsignal_new(base, SIGINT, on_interrupt, worker);
    if (!worker->timer || !worker->interrupt ||
        event_add(worker->interrupt, NULL) < 0)
        return -1;
    return worker_begin(worker);
}

static void worker_free(struct worker *worker)
{
    free(worker->job);
    if (worker->timer)
        event_free(worker->timer);
    if (worker->interrupt)
        event_free(worker->interrupt);
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
