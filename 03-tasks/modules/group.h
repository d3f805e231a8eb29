/* group — await several tasks at once: gather, the first of them, and the group.
 *
 *     struct task *all[2] = …, in self; each was created with task_create
 *     AWAIT(me, gather(me, &self->gather, self->all, 2));
 *     the results are in the structs of all[0] and all[1]
 *
 *     TASK_FINALLY(me);              they must end before `self` does, so:
 *     for (int i = 0; i < 2; i++)    (created before the first AWAIT, all of
 *         task_cancel(self->all[i]); them: else this is TASK_NOT_CREATED)
 *     AWAIT(me, gather_all(me, &self->gather, self->all, 2));
 *
 *     group_init(&self->group, me, NULL);                         first thing
 *     group_create(&self->group, &job->task, job_run, "job");     any number
 *     AWAIT(me, group_join(me, &self->group));
 *     TASK_FINALLY(me);                             async with: on each way out
 *     group_cancel(&self->group);                   nothing to do if all is done
 *     AWAIT(me, group_join(me, &self->group));      last: may end with an error
 *
 * The difference: after an error gather leaves the siblings running, a group
 * cancels them and waits until they have ended. Modelled on asyncio.gather and
 * asyncio.TaskGroup. To cancel groups (or gathers) within groups is a recursion:
 * each level takes 100 bytes of stack or so. Add group.c to what await.h compiles.
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
    struct task *winner; /* of task_wait_first; NULL if none has won */
    bool all;            /* wait for all of them, errors or not */
    bool interrupted;    /* wait for all of them: they are cancelled */
    bool cancelling;
};

/* await asyncio.gather: until all are done, or one has failed: its error becomes
 * ours, at once, and the siblings go on (await them, or task_run reports their
 * errors). If the awaiter is cancelled or its deadline passes, all of them are
 * cancelled, and the wait ends when they have ended. */
TASK_AWAITABLE bool gather(struct task *me, struct gather *gather,
                           struct task **tasks, size_t count);

/* The same with return_exceptions=True: until all are done. Ask each task for
 * its error: task_error. */
TASK_AWAITABLE bool gather_all(struct task *me, struct gather *gather,
                               struct task **tasks, size_t count);

/* asyncio.wait with FIRST_COMPLETED, and the rest cancelled: either of two waits.
 * A task that works for a client can notice that the client has left:
 *
 *     task_create(me->loop, &self->job.task, job_run, "job");
 *     task_create(me->loop, &self->left.task, left_run, "client leaves");
 *     AWAIT(me, task_wait_first(me, &self->first, self->both, 2));
 *     if (self->first.winner == &self->left.task)
 *         TASK_RETURN(me);
 *
 * The first that is done wins: `winner` says which, and its error becomes ours.
 * The others are cancelled, once, and the wait ends when all of them have ended:
 * then no task works on your struct any more. This is what asyncio leaves to you.
 *
 *   - A loser may have its result, too (both came in one pass, or it caught its
 *     cancelling): task_error says NULL then, and what it has got is yours to
 *     free. Its errors are dropped; only task_error tells them.
 *   - If the awaiter is cancelled or its deadline passes before any is done, all
 *     are cancelled, and the wait ends with that error when they have ended;
 *     unless one of them wins in spite of it, with a result or an error of its
 *     own. After a task has won, a cancellation of the awaiter interrupts its
 *     next wait, and not the clean-up of the losers.
 *   - If one cannot be awaited (TASK_NOT_CREATED, …), the others go on. */
TASK_AWAITABLE bool task_wait_first(struct task *me, struct gather *gather,
                                    struct task **tasks, size_t count);

/* A group of tasks that end together. It owns none of them, but knows who is
 * left: it may outlive them, not they it. */
struct group {
    struct task_wait wait;     /* its owner will join the group */
    struct task *first, *last; /* members: neighbours in loop->all; or NULL */
    const char *error;         /* of the first that failed */
    bool independent;          /* yours to set: an error cancels none */
    bool cancelled;            /* whoever joins now never begins */
    bool cancelling, interrupted, owner_cancelled;
    void (*ended)(struct task *task);
};

/* owner: the task that will join it. ended: NULL, or called for each member that
 * is done, also one that never began, for instance to free it; its error is in
 * task_error. It may create members; but in a group that is being cancelled one
 * that replaces each that ends (TASK_CANCELLED says so) keeps it from ending. In an
 * independent group, say of the connections of a server, only `ended` hears of
 * errors. */
void group_init(struct group *group, struct task *owner,
                void (*ended)(struct task *task));

/* tg.create_task: task_create, and the group awaits it, so nobody else can before
 * it is done (TASK_AWAITED_TWICE). In a group that is being cancelled it never
 * begins. */
void group_create(struct group *group, struct task *task,
                  void (*run)(struct task *me), const char *name);

/* The end of `async with TaskGroup()`: until all members are done. The first
 * error of one (TASK_CANCELLED is none) cancels the others at once and becomes
 * ours here; the later ones are dropped, only `ended` sees them. If the owner
 * waits for something else then, that ends with TASK_CANCELLED: pass it on, or
 * come here. If the owner is cancelled or its deadline passes, all members are
 * cancelled, and the wait ends when they have ended. Then the group is as new. */
TASK_AWAITABLE bool group_join(struct task *me, struct group *group);

/* Cancels all members, once, as an error does: a second time would break off
 * their clean-up. It is no error: the join answers NULL. Like the join it does
 * nothing if there are none, in a struct of zeros or when all have ended. */
void group_cancel(struct group *group);

#endif
