/* 2_batch — one bad job must not sink the rest.
 *
 * asyncio: gather(…, return_exceptions=True) behind a Semaphore
 * Run:     ./2_batch 2 50 20:burnt 0 70    two at once; one job takes 50 ms, one
 *                              fails after 20, "burnt"; one cannot even begin
 * Prints:  the outcomes in the order of the jobs, and how many are done; exits
 *          with 1 if one has failed
 *
 * An error is an outcome like a result: it is kept, and read at the end, in one
 * place. A job may fail at once, with no callback to follow. For this reason
 * jobs are begun in a loop, until the slots are full or the jobs are out.
 */
#include "given/2_scene.h"
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What has come of a job. Owned by the batch. */
struct task {
    struct batch *batch;
    int number;
    bool done;
    long result;
    char *error; /* owned */
};

struct batch {
    struct event_base *base; /* not owned */
    struct machine *machine; /* not owned */
    struct task tasks[JOBS];
    int count, slots;
    int begun, running;
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

static void batch_continue(struct batch *batch);

/* Keeps an error, whose words may be short-lived. */
static void task_fail(struct task *task, const char *error)
{
    task->error = strdup(error);
    if (!task->error)
        perror("2_batch: cannot keep an error");
}

static void on_job(long result, const char *error, void *arg)
{
    struct task *task = arg;

    task->batch->running--;
    if (error) {
        task_fail(task, error);
    } else {
        task->done = true;
        task->result = result;
    }
    batch_continue(task->batch);
}

/* Begins as many jobs as there are slots. */
static void batch_continue(struct batch *batch)
{
    while (batch->running < batch->slots && batch->begun < batch->count) {
        struct task *task = &batch->tasks[batch->begun++];
        const char *error =
            job_begin(batch->machine, task->number, on_job, task);

        if (error)
            task_fail(task, error);
        else
            batch->running++;
    }
}

int batch_start(struct batch *batch)
{
    batch_continue(batch);
    return 0;
}

int batch_end(struct batch *batch)
{
    int done = 0, all = batch->count;

    for (int i = 0; i < batch->count; i++) {
        struct task *task = &batch->tasks[i];

        if (task->done)
            printf("%d: %ld\n", i, task->result);
        else
            printf("%d: failed: %s\n", i,
                   task->error ? task->error : "out of memory");
        done += task->done;
        free(task->error);
    }
    printf("%d of %d done\n", done, all);
    free(batch);
    return done < all;
}
