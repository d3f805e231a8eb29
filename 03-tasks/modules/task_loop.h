/* task_loop — the queue and the one timer that run the tasks of await.h. For a
 * program that is nothing but tasks, task_main.h does all of the following.
 *
 *     struct task_loop loop;
 *     if (task_loop_init(&loop, base) < 0) …          no memory
 *     task_create(&loop, &main_task, main_run, "main");
 *     status = task_run(&loop, &main_task) == 0 ? 0 : 1;
 *     task_loop_free(&loop);
 *     event_base_free(base);
 *
 * Order: tasks that may go on stand in one queue, first come, first served. A
 * pass runs as many as stood there when it began, then libevent looks for other
 * news. Nobody is run from inside the call that made it ready. Tasks that are made
 * ready by callbacks of other events run without such a look, in up to 64 passes
 * in a row: so tasks and callbacks that wake each other starve no timer.
 */
#ifndef TASK_LOOP_H
#define TASK_LOOP_H

#include "heap.h"
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task;

/* A place in a list, or the list itself (an empty one points to itself). */
struct task_link {
    struct task_link *next, *prev;
};

/* What the tasks of an event base share. It owns none of them. */
struct task_loop {
    const struct task_layout *layout; /* by which scripts/task-tree finds it */
    struct event_base *base;          /* not owned */
    struct event *tick;               /* owned: runs a pass */
    struct task_link ready;           /* tasks that may go on, in order */
    size_t ready_count;
    struct heap timers;      /* of those that sleep or have a deadline */
    struct task_link all;    /* not done */
    size_t alive;            /* how many these are */
    struct task_link failed; /* done, and nobody has asked for their error */
    struct task *until;      /* the loop ends when it is done; NULL: all are */
    int64_t now;             /* when the pass began: microseconds */
    int at_once;             /* passes since libevent looked for events */
    bool in_pass, no_timer, reported;
    /* Hears of each report, and stderr does not; NULL: stderr. The one field that
     * is yours to set, once tasks run. asyncio: loop.set_exception_handler. */
    void (*report)(const char *task, const char *what, const char *why);
};

/* Ties tasks to an event base, which may have other events, too. Returns 0, or
 * -1 without memory. */
int task_loop_init(struct task_loop *loop, struct event_base *base);

/* asyncio.run, on a base of your own: runs it until `main_task` is done (NULL:
 * until all are), then cancels what is left and lets it end. Reports on stderr, or
 * to loop->report, a line each: main's error, tasks that failed and that nobody
 * awaited, tasks that wait for what can never come. Returns 0, or -1 if there was
 * something to report. event_base_loopexit or loopbreak ends it early: then each
 * task that is left is reported ("waits in vain: the loop was stopped") and
 * cancelled: -1. */
int task_run(struct task_loop *loop, struct task *main_task);

/* After the last task_run, before event_base_free. */
void task_loop_free(struct task_loop *loop);

/* --- For await.c -------------------------------------------------------- */

void task_list_init(struct task_link *list);
void task_list_add(struct task_link *list, struct task_link *link);
void task_list_remove(struct task_link *link);

/* Puts a task at the end of the queue. */
void task_loop_queue(struct task_loop *loop, struct task *task);

/* Takes a task on the books, when it is created, and moves it when it is done. */
void task_loop_add(struct task_loop *loop, struct task *task);
void task_loop_ended(struct task_loop *loop, struct task *task);

/* Microseconds of a clock that only goes forward. */
int64_t task_loop_now(void);

#endif
