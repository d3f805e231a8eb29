/* task_tree.c — the tree of tasks in words; task_tree.h is the manual. */
#include "task_tree.h"

enum { TASKS_MOST = 10000, DEPTH_MOST = 20 };

struct printer {
    const struct task_loop *loop;
    FILE *stream;
    int lines;
};

/* The task that this one stands below, or NULL. */
static const struct task *parent(const struct task *task)
{
    if (!task->has_observer)
        return task->awaiter;
    return task->observer->owner ? task->observer->owner
                                 : task->observer->waiter;
}

/* The list in which it waits, or NULL if that is too long to be searched. */
static const struct task_waiters *waiters(const struct task *task)
{
    const struct task_link *link = task->link.prev;

    for (int i = 0; i < TASKS_MOST; i++, link = link->prev) {
        const struct task_waiters *head = (const void *)link;

        if (!head->is_head)
            return head;
    }
    return NULL;
}

static const char *or_else(const char *kind, const char *otherwise)
{
    return kind ? kind : otherwise;
}

static void print_list(FILE *stream, const struct task_waiters *list)
{
    fprintf(stream, "waits for %s",
            or_else(list ? list->kind : NULL, "its turn in a list"));
    if (list && list->holder)
        fprintf(stream, ", which %s holds", list->holder->name);
}

static void print_wait(FILE *stream, const struct task *task)
{
    const struct task *awaited = task->waits_for;
    const struct task_wait *object = task->waits_for;

    switch ((enum wait)task->wait) {
    case WAIT_NONE:
        fputs("runs", stream);
        break;
    case WAIT_OVER:
    case WAIT_TURN:
        fputs("ready to run", stream);
        break;
    case WAIT_SLEEP:
    case WAIT_NOTHING:
        fputs("sleeps", stream);
        break;
    case WAIT_TASK:
        fprintf(stream, "waits for %s", awaited->name);
        break;
    case WAIT_LIST:
        print_list(stream, waiters(task));
        break;
    case WAIT_OBJECT:
        fprintf(stream, "waits for %s", or_else(object->kind, "something"));
        break;
    }
}

static void print_task(struct printer *printer, const struct task *task,
                       int depth)
{
    FILE *stream = printer->stream;

    fprintf(stream, "%*s%s: ", 2 * depth, "", task->name);
    print_wait(stream, task);
    if (task->deadline_passed)
        fputs(", its deadline has passed", stream);
    if (task->cancel)
        fputs(", asked to cancel", stream);
    if (task->cleaning)
        fputs(", cleans up", stream);
    fputc('\n', stream);
    printer->lines++;
}

/* Prints those below a task (NULL: the roots), and so on down. For each line it
 * looks through all tasks: both are bounded. */
static void print_below(struct printer *printer, const struct task *above,
                        int depth)
{
    const struct task_link *each = printer->loop->all.next;

    for (int i = 0; each != &printer->loop->all && i < TASKS_MOST; i++) {
        const struct task *task = TASK_OF((void *)each, all);

        each = each->next;
        if (parent(task) != above)
            continue;
        if (printer->lines == TASK_TREE_LINES)
            return;
        print_task(printer, task, depth);
        if (depth < DEPTH_MOST)
            print_below(printer, task, depth + 1);
    }
}

void task_tree_print(const struct task_loop *loop, FILE *stream)
{
    struct printer printer = {.loop = loop, .stream = stream};

    fprintf(stream, "%zu tasks, %zu ready\n", loop->alive, loop->ready_count);
    print_below(&printer, NULL, 0);
    if (loop->alive > (size_t)printer.lines)
        fprintf(stream, "… and %zu more\n",
                loop->alive - (size_t)printer.lines);
}
