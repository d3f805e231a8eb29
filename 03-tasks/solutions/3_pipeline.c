/* 3_pipeline — several workers between two bounded queues, and an orderly end.
 *
 * asyncio: Queue, Queue.shutdown, TaskGroup
 * Run:     ./3_pipeline 3 50 5 7         three workers square three numbers; each
 *                                        takes so many ms
 *          ./3_pipeline 3 50 x 7         an item that cannot be squared
 *          ./3_pipeline -d 100 2 7 60000 100 ms for all of it
 *
 * Each item has one owner at any time: who made or got it, until it is put; then
 * the queue. The last worker closes the second queue, the first one could not
 * know. On the way out each task frees what it holds, and the pipeline, when all
 * have ended, what is in the queues.
 */
#include "group.h"
#include "queue.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 16, ROOM = 2 };

struct item {
    const char *word; /* not owned */
    long square;
};

/* async def reader(pipeline), worker, writer: one of them; has an item in hand,
 * or NULL. */
struct stage {
    struct task task;
    struct pipeline *pipeline;
    struct item *item;
};

/* async def pipeline(words): gives the count to who awaits it. */
struct pipeline {
    struct task task;
    char **words; /* not owned; ends with a NULL */
    int workers;
    long count;
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
    for (; *pipeline->words; pipeline->words++) {
        self->item = calloc(1, sizeof *self->item);
        if (!self->item)
            TASK_FAIL(me, TASK_NO_MEMORY);
        self->item->word = *pipeline->words;
        AWAIT(me, queue_put(me, &pipeline->todo, &self->item));
        self->item = NULL;
    }
    TASK_FINALLY(me);
    free(self->item);
    queue_close(&pipeline->todo);
    TASK_END(me);
}

/* Squares them; that takes a while. */
static void worker_run(struct task *me)
{
    struct stage *self = (struct stage *)me;
    struct pipeline *pipeline = self->pipeline;
    const char *error;
    long number;
    char *end;

    TASK_BEGIN(me);
    for (;;) {
        AWAIT_CATCH(me, error, queue_get(me, &pipeline->todo, &self->item));
        if (error == QUEUE_CLOSED)
            TASK_RETURN(me);
        if (error)
            TASK_FAIL(me, error);
        number = strtol(self->item->word, &end, 10);
        if (*end)
            TASK_FAIL(me, "not a number");
        self->item->square = number * number;
        AWAIT(me, task_sleep(me, number * TASK_MS));
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
        if (error == QUEUE_CLOSED)
            TASK_RETURN(me);
        if (error)
            TASK_FAIL(me, error);
        AWAIT(me, task_sleep(me, 10 * TASK_MS));
        printf("%s squared is %ld\n", self->item->word, self->item->square);
        pipeline->count++;
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

/* Ends when all its tasks have ended, with the error of the first that failed,
 * if one has; then nothing is left of its items. */
static void pipeline_run(struct task *me)
{
    struct pipeline *self = (struct pipeline *)me;

    TASK_BEGIN(me);
    queue_init(&self->todo, self->todo_slots, sizeof(struct item *), ROOM);
    queue_init(&self->done, self->done_slots, sizeof(struct item *), ROOM);
    group_init(&self->group, me, NULL);
    self->working = self->workers;
    stage_start(self, &self->reader, reader_run, "reader");
    for (int i = 0; i < self->workers; i++)
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

/* ---- The scene: nothing is to be changed from here on. ---- */

/* async def main() */
struct program {
    struct task task;
    char **words; /* not owned */
    int workers;
    long deadline;             /* in ms, or 0 */
    struct pipeline *pipeline; /* owned until it is done */
    bool good;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    self->pipeline = calloc(1, sizeof *self->pipeline);
    if (!self->pipeline)
        TASK_FAIL(me, TASK_NO_MEMORY);
    self->pipeline->words = self->words;
    self->pipeline->workers = self->workers;
    task_create(me->loop, &self->pipeline->task, pipeline_run, "pipeline");
    AWAIT_CATCH(me, error,
                self->deadline ? task_wait_for(me, &self->pipeline->task,
                                               self->deadline * TASK_MS)
                               : task_await(me, &self->pipeline->task));
    if (error)
        printf("failed: %s\n", error);
    else
        printf("%ld results\n", self->pipeline->count);
    self->good = !error;
    free(self->pipeline); /* whatever it has begun must be over */
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    struct task_loop loop = {0};
    struct event_base *base;
    int first = argc > 2 && !strcmp(argv[1], "-d") ? 3 : 1, status = 1;

    if (argc > first)
        program.workers = (int)strtol(argv[first], NULL, 10);
    if (program.workers < 1 || program.workers > WORKERS) {
        fputs("usage: 3_pipeline [-d MS] WORKERS NUMBER...\n", stderr);
        return 2;
    }
    if (first == 3)
        program.deadline = strtol(argv[2], NULL, 10);
    program.words = argv + first + 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (!base || task_loop_init(&loop, base) < 0) {
        fputs("3_pipeline: cannot make an event loop\n", stderr);
        goto cleanup;
    }
    task_create(&loop, &program.task, program_run, "main");
    if (task_run(&loop, &program.task) == 0 && program.good)
        status = 0;

cleanup:
    task_loop_free(&loop);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
