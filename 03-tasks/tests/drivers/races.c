/* races — result, deadline and cancellation meet in one pass, in every order:
 * the first decides, and a cancellation that came too late for this wait is
 * delivered at the next one. One outcome for each wait, nothing lost.
 *
 * Build: cc -I../../modules -o races races.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/queue.c ../../modules/task_loop.c $(pkg-config --cflags --libs libevent)
 *
 * The three are made to happen by one task, between two awaits of its own, so
 * that nothing here depends on a clock.
 */
#include "group.h"
#include "queue.h"
#include <stdio.h>
#include <string.h>

enum kind { SEMAPHORE, GET, PUT, TASK, GATHER, GROUP, KINDS };
static const char *const kinds[KINDS] = {"semaphore", "queue get", "queue put",
                                         "task",      "gather",    "group"};

/* What happens in which order (R: the result is there, T: the deadline is past,
 * C: cancelled), how the wait has to end, and how the one after it. */
static const struct row {
    const char *order, *outcome, *next;
} rows[] = {
    {"R", "result", "result"},         {"T", "timed out", "result"},
    {"C", "cancelled", "result"},      {"RT", "result", "result"},
    {"RC", "result", "cancelled"},     {"TR", "timed out", "result"},
    {"CR", "cancelled", "result"},     {"TC", "timed out", "cancelled"},
    {"CT", "cancelled", "result"},     {"RTC", "result", "cancelled"},
    {"RCT", "result", "cancelled"},    {"TRC", "timed out", "cancelled"},
    {"TCR", "timed out", "cancelled"}, {"CRT", "cancelled", "result"},
    {"CTR", "cancelled", "result"},
};

/* A task whose result is that it has got the permit. */
struct child {
    struct task task;
    struct semaphore *permit;
};

/* What waits, in one of the ways; owns all that it waits for. */
struct waiter {
    struct task task;
    enum kind kind;
    struct semaphore permit;
    struct queue queue;
    int slot, item;
    struct child child;
    struct task *children[1];
    struct gather gather;
    struct group group;
    const char *outcome, *next;
    int cleaned;
};

static void child_run(struct task *me)
{
    struct child *self = (struct child *)me;

    TASK_BEGIN(me);
    AWAIT(me, semaphore_acquire(me, self->permit));
    TASK_END(me);
}

/* Begins the wait of this kind, with a deadline that is far away. */
static bool waiter_wait(struct task *me)
{
    struct waiter *self = (struct waiter *)me;

    switch (self->kind) {
    case SEMAPHORE:
        return semaphore_acquire(me, &self->permit);
    case GET:
        return queue_get(me, &self->queue, &self->item);
    case PUT:
        return queue_put(me, &self->queue, &self->item);
    case TASK:
        return task_await(me, &self->child.task);
    case GATHER:
        return gather(me, &self->gather, self->children, 1);
    default:
        return group_join(me, &self->group);
    }
}

static void waiter_run(struct task *me)
{
    struct waiter *self = (struct waiter *)me;

    TASK_BEGIN(me);
    semaphore_init(&self->permit, 0);
    queue_init(&self->queue, &self->slot, sizeof self->slot, 1);
    if (self->kind == PUT && !queue_try_put(&self->queue, &self->item))
        TASK_FAIL(me, "the queue is full");
    self->child.permit = &self->permit;
    self->children[0] = &self->child.task;
    group_init(&self->group, me, NULL);
    if (self->kind == GROUP)
        group_create(&self->group, &self->child.task, child_run, "child");
    else if (self->kind == TASK || self->kind == GATHER)
        task_create(me->loop, &self->child.task, child_run, "child");

    AWAIT_CATCH(me, self->outcome,
                task_within(me, 3600 * TASK_SECOND, waiter_wait(me)));
    AWAIT_CATCH(me, self->next, task_sleep(me, 0));
    TASK_FINALLY(me);
    self->cleaned++;
    TASK_END(me);
}

/* The result is there: what a wait of this kind waits for. */
static void result(struct waiter *waiter)
{
    int got, item = 7;

    if (waiter->kind == GET) {
        queue_try_put(&waiter->queue, &item);
    } else if (waiter->kind == PUT) { /* some getter takes the first */
        struct task getter = {.loop = waiter->task.loop};

        (void)!queue_get(&getter, &waiter->queue, &got);
    } else {
        semaphore_release(&waiter->permit);
    }
}

/* The loop calls this when a deadline is past. */
static void deadline(struct waiter *waiter)
{
    if (waiter->task.has_timer)
        task_due(&waiter->task);
}

/* Main: one waiter at a time, and the row's happenings. */
struct program {
    struct task task;
    struct waiter waiter;
    const struct row *row;
    int kind;
    int wrong;
};

static const char *spoken(const char *outcome)
{
    return outcome ? outcome : "result";
}

/* One outcome, the right one; the item and the permit are with one owner. */
static void judge(struct program *self)
{
    struct waiter *waiter = &self->waiter;
    bool came = strchr(self->row->order, 'R') != NULL;
    bool got = !strcmp(self->row->outcome, "result");
    size_t permits = came && !got ? 1 : 0;
    bool whole = waiter->kind == GET   ? waiter->queue.count == permits
                 : waiter->kind == PUT ? waiter->queue.count == (!came || got)
                                       : waiter->permit.free == permits;

    if (strcmp(spoken(waiter->outcome), self->row->outcome) != 0 ||
        strcmp(spoken(waiter->next), self->row->next) != 0 ||
        waiter->cleaned != 1 || waiter->task.error || !whole) {
        printf("%s, %s: expected %s, then %s; came %s, then %s%s\n",
               kinds[self->kind], self->row->order, self->row->outcome,
               self->row->next, spoken(waiter->outcome), spoken(waiter->next),
               whole ? "" : "; and something was lost");
        self->wrong++;
    }
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    for (self->kind = 0; self->kind < KINDS; self->kind++) {
        for (self->row = rows; self->row < rows + sizeof rows / sizeof rows[0];
             self->row++) {
            self->waiter = (struct waiter){.kind = (enum kind)self->kind};
            task_create(me->loop, &self->waiter.task, waiter_run, "waiter");
            AWAIT(me, task_sleep(me, 0));
            AWAIT(me, task_sleep(me, 0)); /* now it and its child wait */
            for (const char *each = self->row->order; *each; each++) {
                if (*each == 'R')
                    result(&self->waiter);
                else if (*each == 'T')
                    deadline(&self->waiter);
                else
                    task_cancel(&self->waiter.task);
            }
            AWAIT(me, task_await(me, &self->waiter.task));
            judge(self);
        }
    }
    TASK_END(me);
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct program program = {.wrong = 0};
    struct task_loop loop = {0};
    int reported;

    if (!base || task_loop_init(&loop, base) < 0)
        return 1;
    task_create(&loop, &program.task, program_run, "main");
    reported = task_run(&loop, &program.task);
    if (program.wrong == 0 && reported == 0)
        printf("%zu orders of result, deadline and cancellation, %d kinds of "
               "wait: each as the first decides\n",
               sizeof rows / sizeof rows[0], KINDS);
    printf("tasks alive at exit: %zu\n", loop.alive);
    task_loop_free(&loop);
    event_base_free(base);
    libevent_global_shutdown();
    return program.wrong == 0 && reported == 0 ? 0 : 1;
}
