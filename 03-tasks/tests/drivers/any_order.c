/* any_order — many tasks are cancelled in three orders: none may cost much more
 * than creating the tasks did.
 *
 * Build: cc -I../../modules -o any_order any_order.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/queue.c ../../modules/task_loop.c $(pkg-config --cflags --libs libevent)
 * Run:   ./any_order SCENE [NUMBER]
 *
 *   sleep      the tasks sleep, until different times
 *   semaphore  they wait for a permit
 *   queue      they wait for an item, with a time limit
 *   group      they sleep, and are members of a group
 *   gather     they sleep, and a gather waits for them
 *
 * Prints how many times the processor time of the creating each order took.
 */
#include "group.h"
#include "queue.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum order { OLDEST_FIRST, NEWEST_FIRST, NO_ORDER, ORDERS };

struct sleeper {
    struct task task; /* must come first */
    int64_t until;
    int item;
};

static struct scene {
    const char *name;
    int number;
    enum order order;
    struct event_base *base;
    struct task_loop loop;
    struct task main;
    struct sleeper *sleepers;
    struct task **tasks;
    struct semaphore permits;
    struct queue queue;
    int slots[1];
    struct group group;
    struct gather gather;
    double begun, creating, leaving; /* processor time, ms */
} scene;

static bool plays(const char *name)
{
    return strcmp(scene.name, name) == 0;
}

static double processor_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Which of them is the i-th in that order. 7919 is a prime, so that each comes
 * once where their number is no multiple of it. */
static int chosen(enum order order, int i)
{
    if (order == OLDEST_FIRST)
        return i;
    if (order == NEWEST_FIRST)
        return scene.number - 1 - i;
    return (int)((int64_t)i * 7919 % scene.number);
}

static void sleeper_run(struct task *me)
{
    struct sleeper *self = (struct sleeper *)me;

    TASK_BEGIN(me);
    if (plays("semaphore"))
        AWAIT(me, semaphore_acquire(me, &scene.permits));
    else if (plays("queue"))
        AWAIT(me, task_within(me, self->until,
                              queue_get(me, &scene.queue, &self->item)));
    else
        AWAIT(me, task_sleep(me, self->until));
    TASK_END(me);
}

static void create_all(void)
{
    group_init(&scene.group, &scene.main, NULL);
    for (int i = 0; i < scene.number; i++) {
        struct sleeper *sleeper = &scene.sleepers[i];

        scene.tasks[i] = &sleeper->task;
        sleeper->until = (1000 + i) * TASK_SECOND;
        if (plays("group"))
            group_create(&scene.group, &sleeper->task, sleeper_run, "sleeper");
        else
            task_create(&scene.loop, &sleeper->task, sleeper_run, "sleeper");
    }
}

static void cancel_all(void)
{
    for (int i = 0; i < scene.number; i++) {
        if (!task_cancel(scene.tasks[chosen(scene.order, i)]))
            errx(1, "a task has ended already");
    }
}

static void main_run(struct task *me)
{
    TASK_BEGIN(me);
    scene.begun = processor_ms();
    create_all();
    AWAIT(me, task_sleep(me, 0)); /* they begin */
    AWAIT(me, task_sleep(me, 0));
    scene.creating = processor_ms() - scene.begun;
    scene.begun = processor_ms();
    cancel_all();
    if (plays("group"))
        AWAIT(me, group_join(me, &scene.group));
    else
        AWAIT(me,
              gather_all(me, &scene.gather, scene.tasks, (size_t)scene.number));
    scene.leaving = processor_ms() - scene.begun;
    TASK_END(me);
}

int main(int argc, char **argv)
{
    static const char *const names[ORDERS] = {"oldest first", "newest first",
                                              "in no order"};

    if (argc < 2)
        errx(2, "usage: any_order SCENE [NUMBER]");
    scene.name = argv[1];
    scene.number = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 40000;
    scene.base = event_base_new();
    scene.sleepers = calloc((size_t)scene.number, sizeof *scene.sleepers);
    scene.tasks = calloc((size_t)scene.number, sizeof(struct task *));
    if (!scene.base || !scene.sleepers || !scene.tasks ||
        task_loop_init(&scene.loop, scene.base) < 0)
        errx(1, "out of memory");
    semaphore_init(&scene.permits, 0);
    queue_init(&scene.queue, scene.slots, sizeof scene.slots[0], 1);
    for (scene.order = 0; scene.order < ORDERS; scene.order++) {
        task_create(&scene.loop, &scene.main, main_run, "main");
        if (task_run(&scene.loop, &scene.main) < 0)
            return 1;
        fprintf(stderr, "creating: %.1f ms, leaving: %.1f ms\n", scene.creating,
                scene.leaving);
        printf("%s: %.1f times\n", names[scene.order],
               scene.leaving / scene.creating);
    }
    free(scene.sleepers);
    free(scene.tasks);
    task_loop_free(&scene.loop);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return 0;
}
