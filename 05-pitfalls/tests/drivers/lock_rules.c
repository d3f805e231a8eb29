/* lock_rules — what async_lock promises, one line a rule.
 *
 * Build: cc -I../../modules -o lock_rules lock_rules.c ../../modules/async_lock.c $(pkg-config --cflags --libs libevent)
 * Run:   ./lock_rules fifo | barging | cancelled | given | timeout | misuse
 */
#include "async_lock.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

enum { TASKS = 4 };

struct scene {
    const char *name;
    struct event_base *base;
    struct async_lock *lock;
    bool returned; /* from the call that was made outside the loop */
    bool again;    /* task 0 has asked a second time */
    struct task {
        struct scene *scene;
        int number;
        struct lock_request request;
    } tasks[TASKS];
};

static bool plays(const struct scene *scene, const char *name)
{
    return strcmp(scene->name, name) == 0;
}

static void on_lock(enum lock_outcome outcome, void *arg);

static int acquire(struct scene *scene, int number,
                   const struct timeval *timeout)
{
    struct task *task = &scene->tasks[number];

    return async_lock_acquire(scene->lock, &task->request, timeout, on_lock,
                              task);
}

/* The scenes in which something happens while task 0 holds the lock. */
static void while_held(struct scene *scene)
{
    struct task *tasks = scene->tasks;

    if (plays(scene, "cancelled")) {
        printf("cancel task 2, who waits: %d\n",
               async_lock_cancel(scene->lock, &tasks[2].request));
        printf("cancel him again: %d\n",
               async_lock_cancel(scene->lock, &tasks[2].request));
    } else if (plays(scene, "misuse")) {
        printf("release by task 1, who waits: %d\n",
               async_lock_release(scene->lock, &tasks[1].request));
        printf("ask again while it is held: %d, while waiting: %d\n",
               acquire(scene, 0, NULL), acquire(scene, 1, NULL));
        printf("cancel by task 0, who holds: %d\n",
               async_lock_cancel(scene->lock, &tasks[0].request));
    } else if (plays(scene, "timeout")) {
        /* Within one callback the loop's time stands still: the first to ask is
         * the last to time out, however slow the machine is. */
        for (int i = 1; i < TASKS; i++) {
            const struct timeval limit = {0, (TASKS - i) * 10000};

            if (acquire(scene, i, &limit) < 0)
                puts("no timer");
        }
    }
}

static void on_lock(enum lock_outcome outcome, void *arg)
{
    struct task *task = arg;
    struct scene *scene = task->scene;

    if (outcome == LOCK_TIMED_OUT) {
        printf("task %d timed out, %d still wait\n", task->number,
               async_lock_waiters(scene->lock));
        if (async_lock_waiters(scene->lock) > 0)
            return;
        task = &scene->tasks[0]; /* who has held it all the while */
    } else {
        printf("task %d has the lock%s\n", task->number,
               scene->returned ? "" : ", within acquire");
        if (task->number == 0)
            while_held(scene);
        if (plays(scene, "timeout") && task->number == 0)
            return; /* holds on */
    }
    if (async_lock_release(scene->lock, &task->request) < 0)
        puts("release failed");
    if (plays(scene, "misuse") && task->number == 0)
        printf("release it twice: %d\n",
               async_lock_release(scene->lock, &task->request));
    if (plays(scene, "barging") && task->number == 0 && !scene->again) {
        scene->again = true;
        printf("task 0 asks again, at once: %d\n", acquire(scene, 0, NULL));
    }
    if (plays(scene, "given") && task->number == 0)
        printf("cancel task 1, to whom it was given: %d\n",
               async_lock_cancel(scene->lock, &scene->tasks[1].request));
}

int main(int argc, char **argv)
{
    struct scene scene = {.name = argc > 1 ? argv[1] : "fifo"};

    if (!(scene.base = event_base_new()) ||
        !(scene.lock = async_lock_new(scene.base)))
        return 1;
    for (int i = 0; i < TASKS; i++) {
        scene.tasks[i].scene = &scene;
        scene.tasks[i].number = i;
        if ((i == 0 || !plays(&scene, "timeout")) &&
            acquire(&scene, i, NULL) < 0)
            return 1;
    }
    scene.returned = true;
    event_base_dispatch(scene.base);
    printf("at the end: %s, %d wait\n",
           async_lock_owner(scene.lock) ? "held" : "free",
           async_lock_waiters(scene.lock));
    async_lock_free(scene.lock);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return 0;
}
