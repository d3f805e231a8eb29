/* 3_scene.c — main, and the items; 3_scene.h is the manual. */
#include "3_scene.h"
#include "task_main.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item {
    const char *word; /* not owned */
    long square;
};

bool item_make(struct task *me, struct item **item, const char *word)
{
    *item = calloc(1, sizeof **item);
    if (!*item)
        return task_ready(me, TASK_NO_MEMORY);
    (*item)->word = word;
    return task_ready(me, NULL);
}

bool item_square(struct task *me, struct item *item)
{
    char *end;
    long number = strtol(item->word, &end, 10);

    if (end == item->word || *end || number != (int)number)
        return task_ready(me, "not a number");
    item->square = number * number;
    return task_sleep(me, number * TASK_MS);
}

void item_print(const struct item *item)
{
    printf("%s squared is %ld\n", item->word, item->square);
}

/* async def main() */
struct program {
    struct task task;
    char **words; /* not owned; ends with a NULL */
    int workers;
    long deadline;        /* in ms, or 0 */
    struct job *pipeline; /* owned until it is done */
    bool good;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    self->pipeline = calloc(1, pipeline_size);
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
    free(self->pipeline); /* everything that it has begun must have ended */
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    int first = argc > 2 && !strcmp(argv[1], "-d") ? 3 : 1;

    if (argc > first)
        program.workers = (int)strtol(argv[first], NULL, 10);
    if (program.workers < 1 || program.workers > WORKERS) {
        fputs("usage: 3_pipeline [-d MS] WORKERS NUMBER...\n", stderr);
        return 2;
    }
    if (first == 3)
        program.deadline = strtol(argv[2], NULL, 10);
    program.words = argv + first + 1;
    if (task_main(&program.task, program_run) != 0)
        return 1;
    return program.good ? 0 : 1;
}
