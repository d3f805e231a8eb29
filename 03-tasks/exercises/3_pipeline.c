/* 3_pipeline — several workers between two bounded queues, and an orderly end.
 *
 * asyncio: Queue, Queue.shutdown, TaskGroup
 * Run:     make try EXERCISE=03-3 ARGS='3 50 5 7'
 *                                  three workers; 50 takes 50 ms to square
 *          make try EXERCISE=03-3 ARGS='3 50 x 7'
 *                                  an item that cannot be squared
 *          make try EXERCISE=03-3 ARGS='-d 100 2 7 60000'
 *                                  100 ms for all of it
 * Given:   given/3_scene.h         main, the job and its items
 * Task:    README.md#3             Check: make practice EXERCISE=03-3
 */
#include "given/3_scene.h"
#include "group.h"
#include "queue.h"
#include <stdlib.h>

/* ---- Your part: there are faults in this file. ---- */

/* A reader, a worker or a writer. It has an item in hand. */
struct stage {
    struct task task;
    struct pipeline *pipeline;
    struct item *item;
};

/* async def pipeline(). It owns its stages and queues. */
struct pipeline {
    struct job job; /* words, workers, count; the task is in it */
    struct queue todo, done;
    struct item *todo_slots[ROOM], *done_slots[ROOM];
    struct stage reader, worker[WORKERS], writer;
    struct task *all[WORKERS + 2];
    int started;
    struct gather gather;
};

/* Makes an item of each word. */
static void reader_run(struct task *me)
{
    struct stage *self = (struct stage *)me;
    struct pipeline *pipeline = self->pipeline;

    TASK_BEGIN(me);
    for (; *pipeline->job.words; pipeline->job.words++) {
        AWAIT(me, item_make(me, &self->item, *pipeline->job.words));
        AWAIT(me, queue_put(me, &pipeline->todo, &self->item));
    }
    TASK_FINALLY(me);
    queue_close(&pipeline->todo);
    TASK_END(me);
}

/* Squares them, slowly; ends without an error when the queue is closed. */
static void worker_run(struct task *me)
{
    struct stage *self = (struct stage *)me;
    struct pipeline *pipeline = self->pipeline;
    const char *error;

    TASK_BEGIN(me);
    for (;;) {
        AWAIT_CATCH(me, error, queue_get(me, &pipeline->todo, &self->item));
        if (error)
            TASK_FAIL(me, error == QUEUE_CLOSED ? NULL : error);
        AWAIT(me, item_square(me, self->item));
        AWAIT(me, queue_put(me, &pipeline->done, &self->item));
    }
    TASK_FINALLY(me);
    queue_close(&pipeline->done);
    TASK_END(me);
}

/* Prints them, slowly, and counts them. */
static void writer_run(struct task *me)
{
    struct stage *self = (struct stage *)me;
    struct pipeline *pipeline = self->pipeline;
    const char *error;
    long count = 0;

    TASK_BEGIN(me);
    for (;;) {
        AWAIT_CATCH(me, error, queue_get(me, &pipeline->done, &self->item));
        if (error)
            TASK_FAIL(me, error == QUEUE_CLOSED ? NULL : error);
        AWAIT(me, task_sleep(me, 10 * TASK_MS));
        item_print(self->item);
        free(self->item);
        count++;
    }
    TASK_FINALLY(me);
    pipeline->job.count = count;
    TASK_END(me);
}

static void stage_start(struct pipeline *pipeline, struct stage *stage,
                        void (*run)(struct task *me), const char *name)
{
    stage->pipeline = pipeline;
    task_create(pipeline->job.task.loop, &stage->task, run, name);
    pipeline->all[pipeline->started++] = &stage->task;
}

void pipeline_run(struct task *me)
{
    struct pipeline *self = (struct pipeline *)me;

    TASK_BEGIN(me);
    queue_init(&self->todo, self->todo_slots, sizeof(struct item *), ROOM);
    queue_init(&self->done, self->done_slots, sizeof(struct item *), ROOM);
    stage_start(self, &self->reader, reader_run, "reader");
    for (int i = 0; i < self->job.workers; i++)
        stage_start(self, &self->worker[i], worker_run, "worker");
    stage_start(self, &self->writer, writer_run, "writer");
    AWAIT(me, gather(me, &self->gather, self->all, (size_t)self->started));
    TASK_END(me);
}

/* The scene allocates it and frees it. */
const size_t pipeline_size = sizeof(struct pipeline);
