/* 2_batch — one bad job must not sink the rest.
 *
 * asyncio: gather(…, return_exceptions=True) behind a Semaphore
 * Run:     ./2_batch 2 50 20:burnt 0 70    two at once; one job takes 50 ms, one
 *                              fails after 20, "burnt"; one cannot even begin
 * Prints:  the outcomes in the order of the jobs, and how many are done; exits
 *          with 1 if one has failed
 * Given:   given/2_scene.h            main, job_begin()
 * Task:    README.md#2             Check: make practice EXERCISE=05-2
 */
#include "given/2_scene.h"
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* What has come of a job. Owned by the batch. */
struct task {
    struct batch *batch;
    int number;
    bool done;
    long result;
};

struct batch {
    struct event_base *base; /* not owned */
    struct machine *machine; /* not owned */
    struct task tasks[JOBS];
    int count, slots;
    int begun;
};

struct batch *batch_new(struct event_base *base, struct machine *machine,
                        int count, int slots)
{
    struct batch *batch = calloc(1, sizeof *batch);

    if (!batch)
        return NULL;
    batch->base = base;
    batch->machine = machine;
    batch->count = count;
    batch->slots = slots;
    for (int i = 0; i < count; i++)
        batch->tasks[i] = (struct task){.batch = batch, .number = i};
    return batch;
}

/* ---- Your part: here the first job that fails ends it all. ---- */

static int batch_next(struct batch *batch);

static void on_job(long result, const char *error, void *arg)
{
    struct task *task = arg;
    struct batch *batch = task->batch;

    if (error) {
        fprintf(stderr, "2_batch: %s\n", error);
        event_base_loopbreak(batch->base);
        return;
    }
    task->done = true;
    task->result = result;
    if (batch->begun < batch->count && batch_next(batch) < 0)
        event_base_loopbreak(batch->base);
}

/* Begins the next job. Returns 0; on failure returns -1. */
static int batch_next(struct batch *batch)
{
    struct task *task = &batch->tasks[batch->begun++];

    return job_begin(batch->machine, task->number, on_job, task) ? -1 : 0;
}

int batch_start(struct batch *batch)
{
    while (batch->begun < batch->count && batch->begun < batch->slots) {
        if (batch_next(batch) < 0)
            return -1;
    }
    return 0;
}

int batch_end(struct batch *batch)
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
    free(batch);
    return 0;
}
