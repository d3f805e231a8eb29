/* group — await several tasks at once: gather, and the task group.
 *
 *     struct task *all[2] = …, in self; each was created with task_create
 *     AWAIT(me, gather(me, &self->gather, self->all, 2));
 *     the results are in the structs of all[0] and all[1]
 *
 *     group_init(&self->group, me, NULL);
 *     group_create(&self->group, &job->task, job_run, "job");     any number
 *     AWAIT(me, group_join(me, &self->group));
 *     TASK_FINALLY(me);                             async with: on each way out
 *     group_cancel(&self->group);                   nothing to do if all is done
 *     AWAIT(me, group_join(me, &self->group));
 *
 * The difference: after an error gather leaves the siblings running, a group
 * cancels them and waits until they have ended. Modelled on asyncio.gather and
 * asyncio.TaskGroup.
 */
#ifndef GROUP_H
#define GROUP_H

#include "await.h"

/* Lives in the awaiter's struct, with the array of tasks. */
struct gather {
    struct task_wait wait;
    struct task **tasks; /* not owned */
    size_t count, alive;
    const char *error;
    bool all;         /* wait for all of them, errors or not */
    bool interrupted; /* wait for all of them: they are cancelled */
    bool cancelling;
};

/* await asyncio.gather: until all are done, or one has failed: its error becomes
 * ours, at once, and the siblings go on (await them, or task_run reports their
 * errors). If the awaiter is cancelled, all of them are, and it waits until
 * they have ended. */
TASK_AWAITABLE bool gather(struct task *me, struct gather *gather,
                           struct task **tasks, size_t count);

/* The same with return_exceptions=True: until all are done. Ask each task for
 * its error: task_error. */
TASK_AWAITABLE bool gather_all(struct task *me, struct gather *gather,
                               struct task **tasks, size_t count);

/* A group of tasks that end together. It owns none of them, but knows who is
 * left: it may outlive them, not they it. */
struct group {
    struct task_wait wait;
    struct task *owner;
    struct task *first, *last; /* members: neighbours in loop->all; or NULL */
    const char *error;         /* of the first that failed */
    bool cancelled;            /* whoever joins now never begins */
    bool cancelling, interrupted, owner_cancelled;
    void (*ended)(struct task *task);
};

/* owner: the task that will join it. ended: NULL, or called for each member that
 * is done, for instance to free it; its error is in task_error. */
void group_init(struct group *group, struct task *owner,
                void (*ended)(struct task *task));

/* tg.create_task: task_create, and the group awaits it, so nobody else can before
 * it is done (TASK_AWAITED_TWICE). In a group that is being cancelled it never
 * begins. */
void group_create(struct group *group, struct task *task,
                  void (*run)(struct task *me), const char *name);

/* The end of `async with TaskGroup()`: until all members are done. The first
 * error of one (TASK_CANCELLED is none) cancels the others at once, also what
 * else the owner waits for, and becomes ours here. If the owner is cancelled,
 * all of them are, and it waits until they have ended. Then the group is as
 * new. */
TASK_AWAITABLE bool group_join(struct task *me, struct group *group);

/* Cancels all members. */
void group_cancel(struct group *group);

#endif
