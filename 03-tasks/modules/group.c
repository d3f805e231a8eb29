/* group.c — gather and groups; group.h is the manual. */
#include "group.h"

/* A task_wait is the first member of either: both have the same address. */

static void gather_let_go(struct gather *gather)
{
    for (size_t i = 0; i < gather->count; i++) {
        struct task *task = gather->tasks[i];

        if (!task->done && task->observer == &gather->wait)
            task_observe(task, NULL);
    }
}

static void gather_over(struct gather *gather)
{
    struct task *waiter = gather->wait.waiter;

    gather_let_go(gather);
    gather->wait.waiter = NULL;
    task_resume(waiter, gather->error);
}

/* A child is done. While they are being cancelled, all of them are waited for;
 * a real error then says more than that they were cancelled. */
static void on_gathered(struct task_wait *wait, struct task *task)
{
    struct gather *gather = (struct gather *)wait;
    const char *error = task->error;

    gather->alive--;
    if (gather->all && !gather->interrupted)
        error = NULL;
    if (!gather->error || gather->error == TASK_CANCELLED)
        gather->error = error ? error : gather->error;
    if (gather->alive == 0 || (error && !gather->interrupted))
        gather_over(gather);
}

/* While it cancels, a circle of gathers may lead back here: see `cancelling`. */
static void gather_cancel(struct gather *gather)
{
    gather->cancelling = true;
    for (size_t i = 0; i < gather->count; i++)
        task_cancel(gather->tasks[i]);
    gather->cancelling = false;
}

static bool gather_interrupt(struct task_wait *wait)
{
    struct gather *gather = (struct gather *)wait;

    if (gather->cancelling || gather->winner)
        return false;
    gather->interrupted = true;
    gather_cancel(gather);
    return false;
}

/* Takes those of the tasks that are not done under observation, and refuses all
 * of them if one cannot be awaited. Returns NULL, or that error. */
static const char *gather_begin(struct task *me, struct gather *gather,
                                struct task **tasks, size_t count)
{
    gather->wait.interrupt = gather_interrupt;
    gather->tasks = tasks;
    for (; gather->count < count; gather->count++) {
        struct task *task = tasks[gather->count];
        const char *refused = task_await_error(me, task);

        if (refused) {
            gather_let_go(gather);
            return refused;
        }
        if (!task->done) {
            task_observe(task, &gather->wait);
            gather->alive++;
        }
    }
    return NULL;
}

/* The first error of those that have ended; all of them count as retrieved, but
 * the errors beside the first are not ours unless `all` of them are. */
static const char *gather_ended(const struct gather *gather)
{
    const char *error = NULL;

    for (size_t i = 0; i < gather->count; i++) {
        if (gather->tasks[i]->done && (gather->all || !error))
            error = task_error(gather->tasks[i]);
    }
    return error;
}

static bool gather_tasks(struct task *me, struct gather *gather,
                         struct task **tasks, size_t count, bool all)
{
    const char *error;

    *gather = (struct gather){
        .wait = {.kind = "a gather", .ended = on_gathered}, .all = all};
    error = gather_begin(me, gather, tasks, count);
    if (error)
        return task_ready(me, error);
    error = gather_ended(gather);
    if (gather->alive > 0 && (all || !error))
        return task_wait_on(me, &gather->wait);
    gather_let_go(gather);
    return task_ready(me, all ? NULL : error);
}

bool gather(struct task *me, struct gather *gather, struct task **tasks,
            size_t count)
{
    return gather_tasks(me, gather, tasks, count, false);
}

bool gather_all(struct task *me, struct gather *gather, struct task **tasks,
                size_t count)
{
    return gather_tasks(me, gather, tasks, count, true);
}

/* --- The first of several ----------------------------------------------- */

/* The first that is done decides, and the others are cancelled; but a task that
 * ends because the awaiter was interrupted does not decide. */
static void first_wins(struct gather *gather, struct task *task)
{
    const char *error = task_error(task);

    if (gather->winner || (gather->interrupted && error == TASK_CANCELLED))
        return;
    gather->winner = task;
    gather->error = error;
    if (!gather->interrupted)
        gather_cancel(gather);
}

static void on_raced(struct task_wait *wait, struct task *task)
{
    struct gather *gather = (struct gather *)wait;

    gather->alive--;
    first_wins(gather, task);
    if (gather->alive == 0)
        gather_over(gather);
}

bool task_wait_first(struct task *me, struct gather *gather,
                     struct task **tasks, size_t count)
{
    const char *refused;

    *gather = (struct gather){
        .wait = {.kind = "a race", .ended = on_raced, .any = true},
        .error = TASK_CANCELLED};
    refused = gather_begin(me, gather, tasks, count);
    if (refused)
        return task_ready(me, refused);
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->done)
            first_wins(gather, tasks[i]);
    }
    return gather->alive > 0 ? task_wait_on(me, &gather->wait)
                             : task_ready(me, gather->error);
}

/* --- Groups ------------------------------------------------------------- */

static void on_member_ended(struct task_wait *wait, struct task *task);
static bool group_interrupt(struct task_wait *wait);

void group_init(struct group *group, struct task *owner,
                void (*ended)(struct task *task))
{
    *group = (struct group){.wait = {.kind = "a group",
                                     .interrupt = group_interrupt,
                                     .ended = on_member_ended,
                                     .owner = owner},
                            .ended = ended};
}

/* A new member goes behind the last one in loop->all, where nobody else adds:
 * so they stay neighbours, and the group needs no list of its own. */
void group_create(struct group *group, struct task *task,
                  void (*run)(struct task *me), const char *name)
{
    task_create(group->wait.owner->loop, task, run, name);
    task_observe(task, &group->wait);
    if (group->last) {
        task_list_remove(&task->all);
        task_list_add(group->last->all.next, &task->all);
    } else {
        group->first = task;
    }
    group->last = task;
    if (group->cancelled)
        task_cancel(task);
}

/* Once, until all have ended: a second time would reach into their clean-up. */
void group_cancel(struct group *group)
{
    if (!group->first || group->cancelled)
        return;
    group->cancelled = true;
    for (struct task *task = group->first;;
         task = TASK_OF(task->all.next, all)) {
        task_cancel(task);
        if (task == group->last)
            break;
    }
}

/* What the members have made of it; makes the group as new. If they have
 * cancelled the owner, that has served its purpose. */
static const char *group_outcome(struct group *group)
{
    const char *error = group->error;

    if (group->owner_cancelled)
        group->wait.owner->cancel = false;
    group->wait.waiter = NULL;
    group->error = NULL;
    group->cancelled = group->interrupted = group->owner_cancelled = false;
    return error;
}

/* A member has failed. The owner hears of it in group_join; if it waits for
 * something else, that is cancelled; but not if the group was being cancelled
 * already: then the owner knows, and may be cleaning up. */
static void group_fail(struct group *group, const char *error)
{
    group->error = error;
    if (group->cancelled)
        return;
    group_cancel(group);
    if (!group->wait.waiter && !group->wait.owner->cancel) {
        group->owner_cancelled = true;
        task_cancel(group->wait.owner);
    }
}

static void on_member_ended(struct task_wait *wait, struct task *task)
{
    struct group *group = (struct group *)wait;
    struct task *waiter = wait->waiter;
    const char *error = task->error;

    /* It is out of loop->all, but its links still name its neighbours. */
    if (group->first == group->last)
        group->first = group->last = NULL;
    else if (group->first == task)
        group->first = TASK_OF(task->all.next, all);
    else if (group->last == task)
        group->last = TASK_OF(task->all.prev, all);

    if (error == TASK_CANCELLED) {
        if (group->interrupted && !group->error)
            group->error = error;
    } else if (error && !group->independent &&
               (!group->error || group->error == TASK_CANCELLED)) {
        group_fail(group, error);
    }
    if (group->ended)
        group->ended(task);
    if (!group->first && waiter)
        task_resume(waiter, group_outcome(group));
}

static bool group_interrupt(struct task_wait *wait)
{
    struct group *group = (struct group *)wait;

    group->interrupted = true;
    group_cancel(group);
    return false;
}

bool group_join(struct task *me, struct group *group)
{
    if (group->wait.waiter)
        return task_ready(me, TASK_AWAITED_TWICE);
    if (!group->first)
        return task_ready(me, group_outcome(group));
    return task_wait_on(me, &group->wait);
}
