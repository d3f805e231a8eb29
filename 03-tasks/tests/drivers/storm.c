/* storm — a tree of tasks that sleep, queue, acquire, gather, and join groups at
 * random, while another cancels them at random: at the end all have ended once,
 * have cleaned up once, and nothing they shared is missing.
 *
 * Build: cc -I../../modules -o storm storm.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/queue.c ../../modules/task_loop.c $(pkg-config --cflags --libs libevent)
 * Run:   ./storm [ROUNDS [SEED]]
 */
#include "group.h"
#include "queue.h"
#include <stdio.h>
#include <stdlib.h>

enum { CHILDREN = 3, DEPTH = 5, ALIVE = 256, PERMITS = 2 };

struct node;

/* What all share. */
struct storm {
    struct semaphore semaphore;
    struct queue queue;
    int slots[2];
    struct node *alive[ALIVE]; /* whom to cancel */
    unsigned random;
    long begun, cleaned, cancelled;
};

/* A task of the tree. It owns its children. */
struct node {
    struct task task;
    struct storm *storm;
    int depth, left, item, place;
    bool holds;
    struct node *children[CHILDREN];
    struct task *tasks[CHILDREN];
    struct gather gather;
    struct group group;
};

static unsigned pick(struct storm *storm, unsigned below)
{
    storm->random = storm->random * 1664525 + 1013904223;
    return (storm->random >> 8) % below;
}

static void node_run(struct task *me);

/* Makes the children: as members of the group, or tasks of their own. Without
 * memory there are fewer. Returns how many. */
static size_t bear(struct node *self, bool members)
{
    size_t count = 0;

    while (count < CHILDREN && self->depth < DEPTH) {
        struct node *child = calloc(1, sizeof *child);

        if (!child)
            break;
        child->storm = self->storm;
        child->depth = self->depth + 1;
        self->children[count] = child;
        self->tasks[count++] = &child->task;
        if (members)
            group_create(&self->group, &child->task, node_run, "member");
        else
            task_create(self->task.loop, &child->task, node_run, "child");
    }
    return count;
}

static void bury(struct node *self)
{
    for (int i = 0; i < CHILDREN; i++) {
        free(self->children[i]);
        self->children[i] = NULL;
    }
}

/* A wait of some kind, with a deadline or not. */
static bool any_wait(struct task *me)
{
    struct node *self = (struct node *)me;
    struct storm *storm = self->storm;
    unsigned us = pick(storm, 300);

    switch (pick(storm, 5)) {
    case 0:
        return task_sleep(me, 0);
    case 1:
        return task_sleep(me, us);
    case 2:
        return task_within(me, us, task_sleep(me, pick(storm, 300)));
    case 3:
        return task_within(me, us, queue_put(me, &storm->queue, &self->item));
    default:
        return task_within(me, us, queue_get(me, &storm->queue, &self->item));
    }
}

/* Waits for the children, in one of the ways. */
static bool child_wait(struct task *me)
{
    struct node *self = (struct node *)me;
    size_t count;

    switch (pick(self->storm, 3)) {
    case 0:
        bear(self, true);
        return task_within(me, pick(self->storm, 500),
                           group_join(me, &self->group));
    case 1:
        count = bear(self, false);
        return gather_all(me, &self->gather, self->tasks, count);
    default:
        count = bear(self, false);
        return task_within(me, pick(self->storm, 500),
                           gather_all(me, &self->gather, self->tasks, count));
    }
}

static void node_run(struct task *me)
{
    struct node *self = (struct node *)me;
    struct storm *storm = self->storm;
    const char *error;

    TASK_BEGIN(me);
    storm->begun++;
    group_init(&self->group, me, NULL);
    self->place = (int)pick(storm, ALIVE);
    storm->alive[self->place] = self;
    for (self->left = 3; self->left > 0; self->left--) {
        AWAIT_CATCH(me, error, any_wait(me));
        if (error == TASK_CANCELLED)
            TASK_FAIL(me, error);
        AWAIT(me, semaphore_acquire(me, &storm->semaphore));
        self->holds = true;
        AWAIT(me, task_sleep(me, 0));
        semaphore_release(&storm->semaphore);
        self->holds = false;
        if (pick(storm, 4) == 0) {
            AWAIT_CATCH(me, error, child_wait(me));
            bury(self);
            if (error)
                TASK_FAIL(me, error);
        }
    }
    if (pick(storm, 8) == 0)
        TASK_FAIL(me, "by chance");

    TASK_FINALLY(me);
    storm->cleaned++;
    storm->cancelled += me->error == TASK_CANCELLED;
    if (storm->alive[self->place] == self)
        storm->alive[self->place] = NULL;
    if (self->holds)
        semaphore_release(&storm->semaphore);
    bury(self);
    TASK_END(me);
}

/* Main: a tree after the other, and a cancellation in each pass. */
struct program {
    struct task task;
    struct storm storm;
    struct node root;
    int rounds;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    struct storm *storm = &self->storm;
    struct node *victim;

    TASK_BEGIN(me);
    semaphore_init(&storm->semaphore, PERMITS);
    queue_init(&storm->queue, storm->slots, sizeof storm->slots[0], 2);
    for (; self->rounds > 0; self->rounds--) {
        self->root = (struct node){.storm = storm};
        task_create(me->loop, &self->root.task, node_run, "root");
        while (!task_done(&self->root.task)) {
            victim = storm->alive[pick(storm, ALIVE)];
            if (victim && pick(storm, 30) == 0)
                task_cancel(&victim->task);
            AWAIT(me, task_sleep(me, 0));
        }
        task_error(&self->root.task);
    }
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {.rounds = 100};
    struct event_base *base = event_base_new();
    struct task_loop loop = {0};
    bool whole;
    int status;

    if (argc > 1)
        program.rounds = (int)strtol(argv[1], NULL, 10);
    if (argc > 2)
        program.storm.random = (unsigned)strtoul(argv[2], NULL, 10);
    if (!base || task_loop_init(&loop, base) < 0)
        return 1;
    task_create(&loop, &program.task, program_run, "main");
    status = task_run(&loop, &program.task);
    whole = program.storm.begun == program.storm.cleaned &&
            program.storm.semaphore.free == PERMITS && loop.alive == 0;
    printf("%ld tasks, %ld of them cancelled: %s\n", program.storm.begun,
           program.storm.cancelled,
           whole ? "each cleaned up once, nothing missing" : "not whole");
    task_loop_free(&loop);
    event_base_free(base);
    libevent_global_shutdown();
    return status == 0 && whole ? 0 : 1;
}
