/* deadlock — two locks in opposite order: each has what the other waits for.
 *
 * Twin:   deadlock.py (two asyncio.Locks)
 * Build:  cc -Imodules -I../03-tasks/modules -o deadlock deadlock.c modules/lock.c ../03-tasks/modules/await.c ../03-tasks/modules/heap.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./deadlock          or: ./deadlock broken
 * Prints: who holds what; in broken: the circle that A and B wait in
 *
 * A takes left, then right; in the broken scene B takes right, then left. Each
 * yields between its two locks. No processor time is used, and nothing fails:
 * both tasks wait. So main looks every 10 ms at who waits for whom, which also
 * works in a server, whose loop never runs empty. The cure is an order: all tasks
 * take left first.
 */
#include "lock.h"
#include "task_main.h"
#include <err.h>
#include <stdio.h>
#include <string.h>

enum { TASKS = 2 };

/* async def run(name, order) */
struct runner {
    struct task task;
    const char *name;
    struct lock *order[2], *waits_for;
    int next; /* of the order */
};

static void runner_run(struct task *me)
{
    struct runner *self = (struct runner *)me;

    TASK_BEGIN(me);
    for (self->next = 0; self->next < 2; self->next++) {
        self->waits_for = self->order[self->next];
        AWAIT(me, lock_acquire(me, self->waits_for));
        printf("%s holds %s\n", self->name, self->waits_for->waiters.kind);
        self->waits_for = NULL;
        AWAIT(me, task_sleep(me, 0));
    }
    printf("%s is done\n", self->name);

    TASK_FINALLY(me);
    lock_release(me, self->order[1]);
    lock_release(me, self->order[0]);
    TASK_END(me);
}

/* The task that holds what this one waits for, or NULL. One that was handed its
 * lock, and has not run since, no longer waits. */
static const struct runner *blocker_of(const struct runner *runner)
{
    const struct task *holder =
        runner->waits_for ? runner->waits_for->waiters.holder : NULL;

    return holder == &runner->task ? NULL : (const struct runner *)holder;
}

/* Follows the chain: a task waits for a lock, whose holder waits for a lock … If
 * it leads back to the first one, prints it and returns true. */
static bool find_circle(const struct runner *first)
{
    const struct runner *at = blocker_of(first), *blocker;

    for (int links = 1; at && at != first && links < TASKS; links++)
        at = blocker_of(at);
    if (at != first)
        return false;
    printf("deadlock: ");
    do {
        blocker = blocker_of(at);
        printf("%s waits for %s%s", at->name, at->waits_for->waiters.kind,
               blocker == first ? "\n" : ", ");
        at = blocker;
    } while (at != first);
    return true;
}

/* async def main() */
struct program {
    struct task task;
    bool broken;
    struct lock left, right;
    struct runner a, b;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    lock_init(&self->left, "left");
    lock_init(&self->right, "right");
    self->a =
        (struct runner){.name = "A", .order = {&self->left, &self->right}};
    self->b =
        (struct runner){.name = "B", .order = {&self->left, &self->right}};
    if (self->broken)
        self->b.order[0] = &self->right, self->b.order[1] = &self->left;
    task_create(me->loop, &self->a.task, runner_run, "A");
    task_create(me->loop, &self->b.task, runner_run, "B");
    while (!(task_done(&self->a.task) && task_done(&self->b.task)) &&
           !find_circle(&self->b))
        AWAIT(me, task_sleep(me, 10 * TASK_MS));
    printf("%d of %d tasks are done\n",
           task_done(&self->a.task) + task_done(&self->b.task), TASKS);
    TASK_END(me); /* those that still wait are cancelled now */
}

int main(int argc, char **argv)
{
    const char *scene = argc > 1 ? argv[1] : "fixed";
    struct program program = {.broken = !strcmp(scene, "broken")};

    if (argc == 2 && (!strcmp(scene, "-h") || !strcmp(scene, "--help"))) {
        puts("usage: deadlock [-h] [fixed|broken]\n"
             "Two tasks take two locks, in the same order or not.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 2 || (!program.broken && strcmp(scene, "fixed") != 0))
        errx(2, "unexpected '%s': usage: deadlock [fixed|broken]",
             argv[argc - 1]);

    return task_main(&program.task, program_run);
}
