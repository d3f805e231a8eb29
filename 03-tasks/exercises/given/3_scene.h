/* 3_scene.h — what 3_pipeline.c is given: the program, and the items.
 *
 * The scene holds `main`. It reads the words and the deadline, makes your pipeline
 * and awaits it, with task_wait_for if there is a deadline. Then it prints the
 * count or the error, and frees the pipeline at once.
 */
#ifndef SCENE_3_H
#define SCENE_3_H

#include "await.h"
#include <stddef.h>

/* The most workers, and the room in each queue: keep that as it is. */
enum { WORKERS = 16, ROOM = 2 };

/* What a pipeline begins with: its task, and what it is for. */
struct job {
    struct task task;
    char **words; /* to be squared; ends with a NULL; not owned */
    int workers;  /* that square them at the same time: 1 to WORKERS */
    long count;   /* the result, set by you: how many lines were printed */
};

/* ---- What you write in 3_pipeline.c, and the scene calls ---- */

/* The size of your struct pipeline, which a struct job must come first in. The
 * scene allocates a pipeline, all zeros but for `words` and `workers`. It frees the
 * pipeline with free() when its task is done. */
extern const size_t pipeline_size;

/* Runs the pipeline; the scene calls task_create with it. A reader makes an item
 * of each word, the workers square the items, and a writer prints and counts them.
 * The pipeline ends when all these tasks have ended, with the error of the first
 * that failed, if one has. Then nothing is left of its items. It may be
 * cancelled. */
void pipeline_run(struct task *me);

/* ---- What you can call ---- */

struct
    item; /* owned by the task that has it in hand, or by the queue it is in */

/* Await it: makes an item of a word, which the item does not own, and puts it into
 * *item. Free it with free(). Fails with TASK_NO_MEMORY. */
TASK_AWAITABLE bool item_make(struct task *me, struct item **item,
                              const char *word);

/* Await it: squares the item, which takes as many ms as its number. Fails with
 * "not a number" if its word is none, or no int. */
TASK_AWAITABLE bool item_square(struct task *me, struct item *item);

/* Prints an item that was squared: "3 squared is 9". */
void item_print(const struct item *item);

#endif
