/* tasks.c — tasks.h is the manual; the rules it relies on are in await.c:
 *
 *   - A new task stands at the end of loop->all and of loop->ready.
 *   - Tasks join loop->ready at its end, and leave it at its head, to run.
 *   - Only task_step reads task->run. So a stub may stand there.
 */
#define _GNU_SOURCE 1
#include "tasks.h"

#include "../../03-tasks/modules/await.h"
#include "record.h"
#include <limits.h>
#include <link.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LOOPS = 16, MOST = 1000 };

static struct seen {
    struct task_loop *loop; /* or NULL */
    struct task_link
        *last;   /* in loop->ready, all up to this one are reported */
    bool timers; /* its pass looks which timers are due */
    bool empty;  /* and no task stood in loop->ready before that */
} seen[LOOPS];
static int loops; /* how many of them are used */

static uint64_t word(const void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

/* --- Which event runs the tasks ------------------------------------------- */

/* The layout table of task_loop.c in the program's own file, or NULL. Its magic
 * words and its sizes tell that the structs are those that we know. */
static int find_layout(struct dl_phdr_info *info, size_t size, void *found)
{
    static const char magic[16] = "await.h tasks 1";

    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        /* NOLINTNEXTLINE(performance-no-int-to-ptr): the linker's own form */
        const char *at = (const char *)(info->dlpi_addr + part->p_vaddr);
        const char *end = at + part->p_memsz;
        uint16_t sizes[21];

        if (part->p_type != PT_LOAD || !(part->p_flags & PF_R))
            continue;
        for (at += -(uintptr_t)at & 7; at + 64 <= end; at += 8) {
            if (memcmp(at, magic, sizeof magic) != 0)
                continue;
            memcpy(sizes, at + sizeof magic, sizeof sizes);
            if (sizes[4] == sizeof(struct task) &&
                sizes[8] == offsetof(struct task, name) &&
                sizes[13] == offsetof(struct task, step) &&
                sizes[20] == offsetof(struct task_waiters, holder)) {
                *(const void **)found = at;
                return 1;
            }
        }
    }
    return 1; /* the first is the program; the others are libraries */
}

/* The word at an address that may be none. */
static const void *safe_read(void *address)
{
    const void *found = NULL;
    struct iovec to = {&found, sizeof found};
    struct iovec from = {address, sizeof found};

    if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != sizeof found)
        return NULL;
    return found;
}

static void remember(struct task_loop *loop)
{
    for (int i = 0; i < LOOPS; i++) {
        if (!seen[i].loop || seen[i].loop == loop) {
            seen[i] = (struct seen){.loop = loop};
            if (i >= loops)
                loops = i + 1;
            return;
        }
    }
}

bool tasks_is_tick(any_function callback, void *arg)
{
    static const void *layout;
    static bool searched;
    static any_function tick;

    if (!searched) {
        searched = true;
        dl_iterate_phdr(find_layout, &layout);
    }
    if (!layout || !arg || (tick && callback != tick) ||
        safe_read(arg) != layout)
        return false;
    tick = callback;
    remember(arg);
    return true;
}

void tasks_event_freed(const struct event *event)
{
    for (int i = 0; i < loops; i++) {
        if (seen[i].loop && seen[i].loop->tick == event)
            seen[i].loop = NULL;
    }
}

/* --- The queue ------------------------------------------------------------- */

static void look_for_new(struct task_loop *loop)
{
    struct task_link *each = &loop->all;

    while (each->prev != &loop->all) {
        any_function run = (any_function)TASK_OF(each->prev, all)->run;

        if (without_stub(run) != run)
            break;
        each = each->prev;
    }
    for (; each != &loop->all; each = each->next) {
        struct task *task = TASK_OF(each, all);
        any_function run = (any_function)task->run, stub;

        stub = stub_of(run, CALL_STEP);
        if (stub == run)
            return;
        task->run = (void (*)(struct task *))stub;
        record(TASK_CREATED, word(task), (uint64_t)(uintptr_t)run,
               text_number(task->name), 0, 0, 0);
    }
}

static void look_for_ready(struct seen *one)
{
    struct task_link *head = &one->loop->ready, *each = head;

    while (each->prev != head && each->prev != one->last)
        each = each->prev;
    for (; each != head; each = each->next) {
        const struct task *task = TASK_OF(each, link);
        const char *result = task->wait == WAIT_OVER ? task->wait_result : NULL;

        record(TASK_READY, word(task), task->wait, (uint64_t)(task->step != 0),
               one->timers, text_number(result), 0);
    }
    one->last = head->prev != head ? head->prev : NULL;
}

static void look(struct seen *one)
{
    if (one->loop->all.prev != &one->loop->all)
        look_for_new(one->loop);
    if (one->loop->ready.prev != one->last)
        look_for_ready(one);
}

void tasks_look(void)
{
    for (int i = 0; i < loops; i++) {
        if (seen[i].loop && seen[i].loop->base == this_thread.base)
            look(&seen[i]);
    }
}

static struct seen *seen_of(const struct task_loop *loop)
{
    for (int i = 0; i < loops; i++) {
        if (seen[i].loop == loop)
            return &seen[i];
    }
    return NULL;
}

void tasks_pass_begins(struct task_loop *loop)
{
    struct seen *one = seen_of(loop);

    if (!one)
        return;
    look(one);
    one->timers = true;
    one->empty = one->last == NULL;
}

/* --- One task ------------------------------------------------------------- */

void tasks_step_begins(struct task *task, uint64_t function)
{
    struct seen *one = seen_of(task->loop);

    if (one) {
        if (one->timers && one->empty) /* it has left the list already */
            record(TASK_READY, word(task), WAIT_OVER, 1, true,
                   text_number(task->wait_result), 0);
        look(one);
        one->timers = false;
        if (one->last == &task->link) /* it is not in the list any more */
            one->last = NULL;
    }
    record(STEP_BEGIN, word(task), function, text_number(task->wait_result), 0,
           0, 0);
}

/* The list that it waits in. It has just joined that at the end, most likely. */
static const struct task_waiters *waiters(const struct task *task)
{
    const struct task_link *link = task->link.next;

    for (int i = 0; i < MOST; i++, link = link->next) {
        const struct task_waiters *list = (const void *)link;

        if (!list->is_head)
            return list;
    }
    return NULL;
}

static const struct task *parent(const struct task *task)
{
    if (!task->has_observer)
        return task->awaiter;
    return task->observer->owner ? task->observer->owner
                                 : task->observer->waiter;
}

static void record_wait(enum record_kind kind, const struct task *task)
{
    const struct task_waiters *list;
    const struct task_wait *object;
    const char *words = NULL;
    const void *task_for = NULL;
    uint64_t how = task->wait;

    switch ((enum wait)task->wait) {
    case WAIT_TASK:
        task_for = task->waits_for;
        break;
    case WAIT_LIST:
        list = waiters(task);
        words = list ? list->kind : NULL;
        task_for = list ? list->holder : NULL;
        break;
    case WAIT_OBJECT:
        object = task->waits_for;
        words = object->kind;
        how |= (uint64_t)object->any << 8;
        break;
    default:
        break;
    }
    record(kind, word(task), word(task_for),
           task->has_timer ? (uint64_t)task->timer.due * 1000U : NEVER, how,
           text_number(words), word(parent(task)));
}

void tasks_step_ended(struct task *task)
{
    record(STEP_END, word(task), 0, 0, 0, 0, 0);
    if (task->wait != WAIT_NONE)
        record_wait(TASK_WAITS, task);
    else
        record(TASK_DONE, word(task),
               text_number(task->ended ? task->error : "lost its place"),
               task->awaiter != NULL, 0, 0, 0);
}

void tasks_loop_ended(const struct event_base *base)
{
    for (int i = 0; i < loops; i++) {
        struct task_loop *loop = seen[i].loop;
        struct task_link *each;
        int left = MOST;

        if (!loop || loop->base != base)
            continue;
        look(&seen[i]);
        for (each = loop->all.next; each != &loop->all && left > 0;
             each = each->next, left--)
            record_wait(TASK_STILL, TASK_OF(each, all));
        for (each = loop->failed.next; each != &loop->failed && left > 0;
             each = each->next, left--) {
            if (TASK_OF(each, all) != loop->until)
                record(TASK_LEFT, word(TASK_OF(each, all)), 0, 0, 0, 0, 0);
        }
    }
}
