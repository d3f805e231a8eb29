/* 0_scene.h — what 0_desk.c is given: the program, and the books.
 *
 * MAX STEP... opens a library with MAX desks and plays the steps. After each, all
 * that can happen at once happens. A to Z are readers:
 *
 *     enter:AB         readers come: A before B
 *     leave:A          it has read its book
 *     tear:A           its book falls apart
 *     cancel:A         the reader is called away: task_cancel
 *     sleep:MS         so many milliseconds pass
 *     count            prints how many read
 */
#ifndef SCENE_0_H
#define SCENE_0_H

#include "await.h"
#include "queue.h"

/* What a reader begins with. */
struct reader {
    struct task task;
    struct task_wait wait;   /* the scene's, while it reads */
    struct semaphore *desks; /* a permit for each desk; not owned */
    char name;               /* A to Z */
};

/* The size of the struct of 0_desk.c, in which a struct reader comes first. */
extern const size_t reader_size;

/* Runs a reader. It may be cancelled. When it ends, it has no desk. */
void reader_run(struct task *me);

/* await: prints "A reads" and reads, until it leaves. Fails if the book does.
 * Interrupted, it ends at once. */
TASK_AWAITABLE bool read_book(struct task *me, struct reader *reader);

#endif
