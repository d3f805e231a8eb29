/* 2_batch — one bad job must not sink the rest.
 *
 * asyncio: gather(…, return_exceptions=True) behind a Semaphore
 * Run:     ./2_batch 2 50 20:burnt 0 70     two at once; one job takes 50 ms, one
 *                              fails after 20, "burnt"; one cannot even begin
 * Prints:  the outcomes in the order of the jobs, and how many are done; exits
 *          with 1 if one has failed
 * Task:    README.md#2             Check: make practice EXERCISE=05-2
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS = 64 };

/* error: NULL, or words in place of a result; they are gone when the callback
 * returns. */
typedef void (*job_callback)(long result, const char *error, void *arg);

/* What all jobs run on. Lives in main. */
struct machine {
    struct event_base *base;
    int running, most; /* at once */
    long over[JOBS];   /* the ms of those that are over, one after the other */
    int over_count;
};

/* Part of a task. Owns its timer. */
struct job {
    struct machine *machine;
    long ms;
    const char *why;     /* it fails, or NULL */
    struct event *timer; /* pending while the job runs */
    job_callback callback;
    void *arg;
};

/* A job and what has come of it. Owned by the batch. */
struct task {
    struct batch *batch;
    struct job job;
    bool done;
    long result;
};

/* Lives in main. */
struct batch {
    struct machine machine;
    struct task tasks[JOBS];
    int count, slots;
    int begun;
};

static const char *job_begin(struct job *job, job_callback callback, void *arg);

/* ---- Your part: here the first job that fails ends it all. ---- */

static int batch_next(struct batch *batch);

static void on_job(long result, const char *error, void *arg)
{
    struct task *task = arg;
    struct batch *batch = task->batch;

    if (error) {
        fprintf(stderr, "2_batch: %s\n", error);
        event_base_loopbreak(batch->machine.base);
        return;
    }
    task->done = true;
    task->result = result;
    if (batch->begun < batch->count && batch_next(batch) < 0)
        event_base_loopbreak(batch->machine.base);
}

/* Begins the next job. Returns 0, or -1. */
static int batch_next(struct batch *batch)
{
    struct task *task = &batch->tasks[batch->begun++];

    return job_begin(&task->job, on_job, task) ? -1 : 0;
}

/* Begins the first jobs. Returns 0, or -1: then the loop does not run. */
static int batch_start(struct batch *batch)
{
    while (batch->begun < batch->count && batch->begun < batch->slots) {
        if (batch_next(batch) < 0)
            return -1;
    }
    return 0;
}

/* When the loop has ended: prints the outcomes, frees what the batch has kept.
 * Returns the status to exit with. */
static int batch_end(struct batch *batch)
{
    int done = 0;

    for (int i = 0; i < batch->count; i++) {
        if (batch->tasks[i].done)
            printf("%d: %ld\n", i, batch->tasks[i].result);
        else
            printf("%d: cut off\n", i);
        done += batch->tasks[i].done;
    }
    printf("%d of %d done\n", done, batch->count);
    return 0;
}

/* ---- The scene: nothing is to be changed from here on. ---- */

static void on_job_over(evutil_socket_t fd, short events, void *arg)
{
    struct job *job = arg;
    struct machine *machine = job->machine;
    char *words = job->why ? strdup(job->why) : NULL;

    (void)fd;
    (void)events;
    machine->running--;
    machine->over[machine->over_count++] = job->ms;
    if (job->why && !words)
        job->callback(0, "out of memory", job->arg);
    else
        job->callback(job->ms * job->ms, words, job->arg);
    free(words);
}

/* Begins a job. NULL, and the callback comes once, from the loop; or at once
 * words that say why it cannot begin, and no callback comes. */
static const char *job_begin(struct job *job, job_callback callback, void *arg)
{
    const struct timeval time = {job->ms / 1000, job->ms % 1000 * 1000};
    struct machine *machine = job->machine;

    if (job->ms == 0)
        return "it takes no time";
    job->callback = callback;
    job->arg = arg;
    job->timer = evtimer_new(machine->base, on_job_over, job);
    if (!job->timer || evtimer_add(job->timer, &time) < 0)
        return "out of memory";
    if (++machine->running > machine->most)
        machine->most = machine->running;
    return NULL;
}

/* Reads "2 50 20:burnt …". Returns 0, or -1. */
static int parse(struct batch *batch, int argc, char **argv)
{
    char *end;

    batch->slots = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 0;
    batch->count = argc - 2;
    if (batch->slots < 1 || batch->count > JOBS)
        return -1;
    for (int i = 0; i < batch->count; i++) {
        struct task *task = &batch->tasks[i];

        task->batch = batch;
        task->job.machine = &batch->machine;
        task->job.ms = strtol(argv[i + 2], &end, 10);
        task->job.why = *end == ':' && end[1] ? end + 1 : NULL;
        if (end == argv[i + 2] || (*end && !task->job.why) || task->job.ms < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct batch batch = {0};
    int status = 1;

    if (parse(&batch, argc, argv) < 0) {
        fputs("usage: 2_batch SLOTS MS[:WHY]...\n", stderr);
        return 2;
    }
    batch.machine.base = event_base_new();
    if (!batch.machine.base)
        return 1;
    if (batch_start(&batch) == 0 && event_base_dispatch(batch.machine.base) < 0)
        fputs("2_batch: the event loop failed\n", stderr);
    status = batch_end(&batch);
    fprintf(stderr, "2_batch: %d at once at most; over:", batch.machine.most);
    for (int i = 0; i < batch.machine.over_count; i++)
        fprintf(stderr, " %ld", batch.machine.over[i]);
    fputs("\n", stderr);

    for (int i = 0; i < batch.count; i++) {
        if (batch.tasks[i].job.timer)
            event_free(batch.tasks[i].job.timer);
    }
    event_base_free(batch.machine.base);
    libevent_global_shutdown();
    return status;
}
