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
 *
 * Each item has one owner at any time: who made or got it, until it is put; then
 * the queue. The last worker closes the second queue, the first one could not
 * know. On the way out each task frees what it holds, and the pipeline, when all
 * have ended, what is in the queues.
 */
#include "given/3_scene.h"
#include "group.h"
#include "queue.h"
#include <stdlib.h>

/* A reader, a worker or a writer. It has an item in hand, or NULL. */
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
    struct group group;
    int working;       /* workers that may still have a result */
    struct item *left; /* of a queue */
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
        self->item = NULL;
    }
    TASK_FINALLY(me);
    free(self->item);
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
        self->item = NULL;
    }
    TASK_FINALLY(me);
    free(self->item);
    if (--pipeline->working == 0)
        queue_close(&pipeline->done);
    TASK_END(me);
}

/* Prints them, slowly, and counts them. */
static void writer_run(struct task *me)
{
    struct stage *self = (struct stage *)me;
    struct pipeline *pipeline = self->pipeline;
    const char *error;

    TASK_BEGIN(me);
    for (;;) {
        AWAIT_CATCH(me, error, queue_get(me, &pipeline->done, &self->item));
        if (error)
            TASK_FAIL(me, error == QUEUE_CLOSED ? NULL : error);
        AWAIT(me, task_sleep(me, 10 * TASK_MS));
        item_print(self->item);
        pipeline->job.count++;
        free(self->item);
        self->item = NULL;
    }
    TASK_FINALLY(me);
    free(self->item);
    TASK_END(me);
}

static void stage_start(struct pipeline *pipeline, struct stage *stage,
                        void (*run)(struct task *me), const char *name)
{
    stage->pipeline = pipeline;
    group_create(&pipeline->group, &stage->task, run, name);
}

void pipeline_run(struct task *me)
{
    struct pipeline *self = (struct pipeline *)me;

    TASK_BEGIN(me);
    queue_init(&self->todo, self->todo_slots, sizeof(struct item *), ROOM);
    queue_init(&self->done, self->done_slots, sizeof(struct item *), ROOM);
    group_init(&self->group, me, NULL);
    self->working = self->job.workers;
    stage_start(self, &self->reader, reader_run, "reader");
    for (int i = 0; i < self->job.workers; i++)
        stage_start(self, &self->worker[i], worker_run, "worker");
    stage_start(self, &self->writer, writer_run, "writer");
    AWAIT(me, group_join(me, &self->group));

    TASK_FINALLY(me);
    while (self->todo.count > 0) {
        AWAIT(me, queue_get(me, &self->todo, &self->left)); /* at once */
        free(self->left);
    }
    while (self->done.count > 0) {
        AWAIT(me, queue_get(me, &self->done, &self->left));
        free(self->left);
    }
    TASK_END(me);
}

/* The scene allocates it and frees it. */
const size_t pipeline_size = sizeof(struct pipeline);
