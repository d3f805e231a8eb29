/* await.c — tasks, their queue and the one timer; await.h is the manual.
 *
 * A task is always in one of these places:
 *
 *     loop->ready   it may go on: it is new, yields, or its wait is over
 *     running       its function is being called
 *     waiting       `wait` says how, `waits_for` for what, timer.mark since when
 *     done
 *
 * Waits end in three ways: what was waited for has come (task_resume), the task
 * is cancelled, its deadline is past (both: interrupt). The first takes the task
 * out of its wait and into the queue; whoever comes second finds it there and
 * no longer waiting. That is all there is to the races between them.
 */
#include "await.h"

const char TASK_CANCELLED[] = "cancelled";
const char TASK_TIMED_OUT[] = "timed out";
const char TASK_NO_MEMORY[] = "out of memory";
const char TASK_AWAITED_TWICE[] = "awaits a task that another awaits already";
const char TASK_AWAITS_ITSELF[] = "awaits itself";
const char TASK_NOT_CREATED[] = "awaits a task that was not created";
const char TASK_LOST[] = "lost its place: a return without AWAIT or "
                         "TASK_RETURN, or an AWAIT inside a switch";

/* A time from now on, or the end of time. */
static int64_t after(int64_t us)
{
    int64_t now = task_loop_now();

    if (us < 0)
        us = 0; /* a time long ago is too far away to reckon with */
    return us < INT64_MAX - now ? now + us : INT64_MAX;
}

static void timer_start(struct task *task, int64_t due)
{
    heap_add(&task->loop->timers, &task->timer, due);
    task->has_timer = true;
}

static void timer_stop(struct task *task)
{
    if (task->has_timer)
        heap_remove(&task->loop->timers, &task->timer);
    task->has_timer = false;
}

void task_resume(struct task *task, const char *error)
{
    if (task->wait <= WAIT_TURN)
        return;
    if (task->wait == WAIT_LIST)
        task_list_remove(&task->link);
    timer_stop(task);
    task->wait = WAIT_OVER;
    task->wait_result = error;
    if (error == TASK_CANCELLED && task->deadline_passed)
        task->wait_result = TASK_TIMED_OUT;
    else if (error == TASK_CANCELLED)
        task->cancel = false; /* it is delivered now */
    task->deadline_passed = false;
    task_loop_queue(task->loop, task);
}

/* Ends a task's wait before its time. Who awaits a task passes that on to it,
 * and goes on waiting: for the end of its clean-up. A loop, not a recursion: a
 * chain of awaits may be long. `cancel` stays set until it is delivered. */
static void interrupt(struct task *task, bool deadline)
{
    for (;;) {
        struct task_wait *object = task->waits_for;

        if (deadline)
            task->deadline_passed = true;
        else
            task->cancel = true;
        switch ((enum wait)task->wait) {
        case WAIT_NONE:
            return;
        case WAIT_OVER: /* if it will hear of it then, once is enough */
            task->cancel = task->cancel && task->wait_result != TASK_CANCELLED;
            return;
        case WAIT_TURN:
            task->wait_result = TASK_CANCELLED;
            task->cancel = false;
            return;
        case WAIT_TASK:
            timer_stop(task);
            task = task->waits_for;
            deadline = false;
            continue;
        case WAIT_OBJECT:
            timer_stop(task);
            if (!object->interrupt(object))
                return;
            break;
        case WAIT_SLEEP:
        case WAIT_NOTHING:
        case WAIT_LIST:
            break;
        }
        task_resume(task, TASK_CANCELLED);
        return;
    }
}

void task_due(struct task *task)
{
    timer_stop(task);
    if (task->wait == WAIT_SLEEP)
        task_resume(task, NULL);
    else
        interrupt(task, true);
}

bool task_cancel(struct task *task)
{
    if (task->done)
        return false;
    interrupt(task, false);
    return true;
}

/* Each passing it on would walk a chain of awaits once for each of its links. */
void task_cancel_with_all(struct task *task)
{
    const struct task *awaited = task->waits_for;

    if (task->wait == WAIT_TASK && awaited->loop == task->loop) {
        timer_stop(task);
        task->cancel = true;
    } else {
        interrupt(task, false);
    }
}

/* --- Beginning to wait -------------------------------------------------- */

bool task_ready(struct task *me, const char *error)
{
    me->wait_result = error;
    return true;
}

static void begin(struct task *me, enum wait wait, void *waits_for)
{
    me->wait = wait & 7U;
    me->waits_for = waits_for;
    me->timer.mark = TASK_TICKS(me->loop->now);
}

/* A cancellation that was asked for before takes effect now. */
static bool begun(struct task *me)
{
    if (me->cancel)
        interrupt(me, false);
    return false;
}

void task_waiters_init(struct task_waiters *waiters, const char *kind)
{
    *waiters = (struct task_waiters){.kind = kind};
    task_list_init(&waiters->list);
}

bool task_wait_in(struct task *me, struct task_waiters *waiters, void *slot)
{
    begin(me, WAIT_LIST, slot);
    task_list_add(&waiters->list, &me->link);
    return begun(me);
}

bool task_wait_on(struct task *me, struct task_wait *wait)
{
    begin(me, WAIT_OBJECT, wait);
    wait->waiter = me;
    return begun(me);
}

struct task *task_first_waiter(struct task_waiters *waiters, void **slot)
{
    struct task *task = TASK_OF(waiters->list.next, link);

    if (waiters->list.next == &waiters->list)
        return NULL;
    if (slot)
        *slot = task->waits_for;
    return task;
}

bool task_sleep(struct task *me, int64_t us)
{
    begin(me, us > 0 ? WAIT_SLEEP : WAIT_TURN, NULL);
    if (us > 0)
        timer_start(me, after(us));
    else
        task_loop_queue(me->loop, me);
    return begun(me);
}

/* A task that nobody awaits closes no circle. The others' walk is short: they
 * await tasks that have just been created, mostly. */
const char *task_await_error(const struct task *me, const struct task *task)
{
    const struct task *each = task;

    if (!task->loop)
        return TASK_NOT_CREATED;
    for (;;) {
        if (each == me)
            return TASK_AWAITS_ITSELF;
        if (each->wait != WAIT_TASK || !me->awaiter)
            break;
        each = each->waits_for;
    }
    return !task->done && task->awaiter ? TASK_AWAITED_TWICE : NULL;
}

bool task_await(struct task *me, struct task *task)
{
    const char *refused = task_await_error(me, task);

    if (refused)
        return task_ready(me, refused);
    if (task->done)
        return task_ready(me, task_error(task));
    begin(me, WAIT_TASK, task);
    task->awaiter = me;
    return begun(me);
}

bool task_within(struct task *me, int64_t us, bool over)
{
    int64_t due = after(us);

    if (over || me->wait <= WAIT_TURN ||
        (me->has_timer && me->timer.due <= due))
        return over;
    if (me->cancel) /* it is being undone already: the first wins */
        return false;
    timer_stop(me); /* of a sleep: it will be late before that is over */
    if (me->wait == WAIT_SLEEP)
        me->wait = WAIT_NOTHING;
    timer_start(me, due);
    return false;
}

bool task_wait_for(struct task *me, struct task *task, int64_t us)
{
    return task_within(me, us, task_await(me, task));
}

/* --- The life of a task ------------------------------------------------- */

void task_create(struct task_loop *loop, struct task *task,
                 void (*run)(struct task *me), const char *name)
{
    *task = (struct task){
        .loop = loop, .run = run, .name = name, .wait = WAIT_TURN};
    task_loop_add(loop, task);
    task_loop_queue(loop, task);
}

void task_observe(struct task *task, struct task_wait *observer)
{
    task->observer = observer;
    task->has_observer = observer != NULL;
}

bool task_done(const struct task *task)
{
    return task->done;
}

/* A task that failed stays in loop->failed until somebody has asked. */
const char *task_error(struct task *task)
{
    if (task->done && !task->retrieved) {
        task_list_remove(&task->all);
        task->retrieved = true;
    }
    return task->error;
}

/* Where TASK_FAIL and TASK_RETURN go on: at TASK_FINALLY; from there, at the
 * end. */
void task_unwind(struct task *me, const char *error)
{
    me->error = error;
    me->step = me->cleaning ? TASK_STEP_END : TASK_STEP_FINALLY;
}

/* Who is about to end has no need to be cancelled, and its clean-up may await. */
void task_clean_up(struct task *me)
{
    me->cleaning = true;
    me->cancel = false;
}

/* A line that is no label of the task's own switch leads here, too. */
void task_end(struct task *me)
{
    if (me->step > 0)
        me->error = TASK_LOST;
    me->ended = true;
}

/* The task is over: tells whoever waits for it. It may not exist any more when
 * this returns. An error that is nobody's stays on the loop's books. */
static void finish(struct task *task)
{
    task->done = true;
    task->retrieved =
        task->awaiter || !task->error || task->error == TASK_CANCELLED;
    task_loop_ended(task->loop, task);
    if (task->has_observer)
        task->observer->ended(task->observer, task);
    else if (task->awaiter)
        task_resume(task->awaiter, task->error);
}

void task_step(struct task *task)
{
    task->wait = WAIT_NONE;
    if (task->step == 0 && task->wait_result) { /* cancelled before it began */
        task->error = task->wait_result;
    } else {
        task->run(task);
        if (task->wait != WAIT_NONE)
            return;
        if (!task->ended)
            task->error = TASK_LOST;
    }
    finish(task);
}
