/* task_loop.c — passes, and the report at the end; task_loop.h is the manual. */
#define _GNU_SOURCE 1 /* program_invocation_short_name */
#include "task_loop.h"
#include "await.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PASSES_AT_ONCE = 64 };

/* Where things are in the structs, for scripts/task-tree, which reads the memory
 * of a running program: it finds the magic words first, then each loop by its
 * pointer to them. Change the number in the magic words, here and there, when you
 * change this list, the flags of struct task or enum wait. */
#define AT(type, member) (uint16_t) offsetof(struct type, member)
struct task_layout {
    _Alignas(8) char magic[16];
    uint16_t offsets[21];
};
static const struct task_layout layout = {"await.h tasks 1",
                                          {AT(task_loop, all),
                                           AT(task_loop, alive),
                                           AT(task_loop, ready_count),
                                           AT(task_loop, now),
                                           sizeof(struct task),
                                           AT(task, link),
                                           AT(task, all),
                                           AT(task, loop),
                                           AT(task, name),
                                           AT(task, awaiter),
                                           AT(task, waits_for),
                                           AT(task, timer.due),
                                           AT(task, timer.mark),
                                           AT(task, step),
                                           AT(task_wait, waiter),
                                           AT(task_wait, kind),
                                           AT(task_wait, owner),
                                           AT(task_wait, any),
                                           AT(task_waiters, is_head),
                                           AT(task_waiters, kind),
                                           AT(task_waiters, holder)}};

void task_list_init(struct task_link *list)
{
    list->next = list->prev = list;
}

void task_list_add(struct task_link *list, struct task_link *link)
{
    link->next = list;
    link->prev = list->prev;
    list->prev->next = link;
    list->prev = link;
}

void task_list_remove(struct task_link *link)
{
    link->next->prev = link->prev;
    link->prev->next = link->next;
}

/* Read anew each time: libevent's own clock stands still during a callback. */
int64_t task_loop_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * TASK_SECOND + now.tv_nsec / 1000;
}

/* From outside a pass (a callback of another event, or before the loop runs) the
 * first task also calls for a pass, at once. A pass calls for the next one when
 * it ends, with a timer; an event that activates itself would starve all others
 * (see 01-07). So would a task and a callback that wake each other: after
 * PASSES_AT_ONCE the timer calls here, too. */
void task_loop_queue(struct task_loop *loop, struct task *task)
{
    const struct timeval after_others = {0, 0};

    task_list_add(&loop->ready, &task->link);
    loop->ready_count++;
    if (loop->in_pass || loop->ready_count > 1)
        return;
    if (loop->at_once < PASSES_AT_ONCE ||
        evtimer_add(loop->tick, &after_others) < 0)
        event_active(loop->tick, 0, 0);
}

static int report(const struct task_loop *loop, const char *name,
                  const char *what, const char *why)
{
    if (loop->report)
        loop->report(name, what, why);
    else
        fprintf(stderr, "%s: task %s %s: %s\n", program_invocation_short_name,
                name, what, why);
    return -1;
}

/* A struct may be used again only when its last error was awaited. If not, it
 * still stands in the list of those, with its links cleared: by task_create, or
 * before that by whoever prepared it, perhaps along with others. So from both
 * ends the list is good up to the first such place; what lies between is lost.
 * The list is short: these are mistakes, or about to be awaited. */
static void repair_failed_list(struct task_loop *loop, const char *name)
{
    struct task_link *before = &loop->failed, *behind = &loop->failed;

    while (before->next->next) {
        before = before->next;
        if (before == &loop->failed)
            return;
    }
    while (behind->prev->prev)
        behind = behind->prev;
    before->next = behind;
    behind->prev = before;
    report(loop, name, "failed, nobody awaited it",
           "and now its struct is used again");
    loop->reported = true;
}

/* Created again while it runs, a task stands in two lists, and these in each
 * other. To seek it among the first ones is for tests with AddressSanitizer, as
 * are the exercises'. */
static void refuse_running(struct task_loop *loop, struct task *task)
{
#ifdef __SANITIZE_ADDRESS__
    struct task_link *each = loop->all.next;

    for (int i = 0; i < 64 && each != &loop->all; i++, each = each->next) {
        if (each == &task->all) {
            report(loop, task->name, "cannot be created here",
                   "the task in this struct has not ended yet");
            abort();
        }
    }
#else
    (void)loop;
    (void)task;
#endif
}

void task_loop_add(struct task_loop *loop, struct task *task)
{
    refuse_running(loop, task);
    repair_failed_list(loop, task->name);
    task_list_add(&loop->all, &task->all);
    loop->alive++;
}

void task_loop_ended(struct task_loop *loop, struct task *task)
{
    task_list_remove(&task->all);
    if (!task->retrieved)
        task_list_add(&loop->failed, &task->all);
    loop->alive--;
    if (task == loop->until || (!loop->until && loop->alive == 0))
        event_base_loopbreak(loop->base);
}

/* Has the next pass run when the next task is due, or at once, but after a look
 * for other news, if some may go on already. libevent reckons from a clock that
 * lags behind ours, so that the pass may come too early: it finds nothing due
 * and comes here again. */
static void call_next_pass(struct task_loop *loop)
{
    struct timeval delay = {0, 0};
    int64_t left;

    if (loop->ready_count == 0) {
        if (!loop->timers.first)
            return;
        left = loop->timers.first->due - task_loop_now();
        if (left > 0) {
            delay.tv_sec = (time_t)(left / TASK_SECOND);
            delay.tv_usec = (suseconds_t)(left % TASK_SECOND);
        }
    }
    if (evtimer_add(loop->tick, &delay) == 0)
        return;
    if (loop->ready_count > 0) { /* without memory, starving others is better */
        event_active(loop->tick, 0, 0);
    } else {
        loop->no_timer = true;
        event_base_loopbreak(loop->base);
    }
}

/* One pass: whoever is due joins the queue; then as many as are in it now get
 * their turn. Who joins meanwhile waits for the next pass. */
static void on_tick(evutil_socket_t fd, short events, void *arg)
{
    struct task_loop *loop = arg;

    (void)fd;
    loop->at_once = events & EV_TIMEOUT ? 0 : loop->at_once + 1;
    loop->in_pass = true;
    loop->now = task_loop_now();
    while (loop->timers.first && loop->timers.first->due <= loop->now)
        task_due(TASK_OF(loop->timers.first, timer));
    for (size_t left = loop->ready_count; left > 0; left--) {
        struct task_link *first = loop->ready.next;

        task_list_remove(first);
        loop->ready_count--;
        task_step(TASK_OF(first, link));
    }
    loop->in_pass = false;
    call_next_pass(loop);
}

int task_loop_init(struct task_loop *loop, struct event_base *base)
{
    *loop = (struct task_loop){.layout = &layout, .base = base};
    task_list_init(&loop->ready);
    task_list_init(&loop->all);
    task_list_init(&loop->failed);
    loop->tick = evtimer_new(base, on_tick, loop);
    return loop->tick ? 0 : -1;
}

void task_loop_free(struct task_loop *loop)
{
    if (loop->tick)
        event_free(loop->tick);
    loop->tick = NULL;
    loop->layout = NULL;
}

/* Runs passes until a task is done (NULL: all are). Returns NULL, or what has
 * stopped it before. */
static const char *run_until(struct task_loop *loop, struct task *until)
{
    int ended;

    loop->until = until;
    if (until ? until->done : loop->alive == 0)
        return NULL;
    ended = event_base_loop(loop->base, 0);
    if (until ? until->done : loop->alive == 0)
        return NULL;
    if (ended < 0 || loop->no_timer)
        return "the event loop failed";
    return ended > 0 ? "nothing is left that could wake it"
                     : "the loop was stopped";
}

int task_run(struct task_loop *loop, struct task *main_task)
{
    const char *stopped = run_until(loop, main_task);
    struct task_link *each;
    int status = 0;

    for (each = loop->all.next; each != &loop->all; each = each->next) {
        if (stopped)
            status = report(loop, TASK_OF(each, all)->name, "waits in vain",
                            stopped);
        task_cancel_with_all(TASK_OF(each, all));
    }
    if (main_task && main_task->done && task_error(main_task))
        status = report(loop, main_task->name, "failed", main_task->error);
    stopped = run_until(loop, NULL);
    for (each = loop->all.next; each != &loop->all; each = each->next)
        status = report(loop, TASK_OF(each, all)->name, "never ended", stopped);
    repair_failed_list(loop, "?");
    for (each = loop->failed.next; each != &loop->failed; each = each->next) {
        struct task *task = TASK_OF(each, all);

        task->retrieved = true;
        status =
            report(loop, task->name, "failed, nobody awaited it", task->error);
    }
    task_list_init(&loop->failed);
    if (loop->reported)
        status = -1;
    loop->reported = loop->no_timer = false;
    return status;
}
