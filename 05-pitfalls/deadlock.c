/* deadlock — two locks in opposite order: each has what the other waits for.
 *
 * Twin:   deadlock.py (two asyncio.Locks)
 * Build:  cc -Imodules -o deadlock deadlock.c modules/async_lock.c $(pkg-config --cflags --libs libevent)
 * Run:    ./deadlock          or: ./deadlock broken
 * Prints: who holds what, who waits, and in broken: the circle they are in
 *
 * A takes left, then right; in the broken scene B takes right, then left. Each
 * yields between its two locks. Nothing burns, nothing fails: the loop has
 * nothing left to run. Found in two ways: before each wait by following who
 * waits for whom, which also works in a server whose loop never runs empty; and
 * at the end, when the loop returns with tasks undone. The cure is an order: all
 * take left first.
 */
#include "async_lock.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LEFT, RIGHT, LOCKS };
enum { TASKS = 2 };

static const char *const lock_names[] = {"left", "right"};

/* Owns its event; lives in main. */
struct task {
    struct scene *scene;
    char name;
    int order[LOCKS];                   /* which lock first, which second */
    struct lock_request request[LOCKS]; /* by lock */
    int held;                           /* so many of them, in that order */
    int waits_for;                      /* a lock, or -1 */
    struct event *resume;
};

/* Lives in main. */
struct scene {
    struct async_lock *locks[LOCKS]; /* owned */
    struct task tasks[TASKS];
    int done;
    bool failed;
};

/* Whose lock it is, or NULL. */
static struct task *owner_of(struct scene *scene, int lock)
{
    const struct lock_request *owner = async_lock_owner(scene->locks[lock]);

    for (int i = 0; i < TASKS; i++) {
        if (owner == &scene->tasks[i].request[lock])
            return &scene->tasks[i];
    }
    return NULL;
}

/* Follows the chain: the task waits for a lock, whose owner waits for a lock …
 * Does it lead back to the task? A chain has at most as many links as there are
 * tasks; with `says`, its links are printed. */
static bool waits_for_itself(const struct task *task, bool says)
{
    const struct task *at = task;

    for (int links = 0; links < TASKS && at && at->waits_for >= 0; links++) {
        if (says)
            printf("%s%c waits for %s", links == 0 ? "deadlock: " : ", ",
                   at->name, lock_names[at->waits_for]);
        at = owner_of(task->scene, at->waits_for);
        if (at == task) {
            if (says)
                puts("");
            return true;
        }
    }
    return false;
}

static void on_lock(enum lock_outcome outcome, void *arg)
{
    struct task *task = arg;

    (void)outcome; /* no limit to the wait: it is always the lock */
    task->waits_for = -1;
    printf("%c holds %s\n", task->name, lock_names[task->order[task->held++]]);
    event_active(task->resume, 0, 0); /* a yield */
}

/* async def run(): async with first: await sleep(0); async with second: pass */
static void run_task(evutil_socket_t fd, short events, void *arg)
{
    struct task *task = arg;
    struct scene *scene = task->scene;

    (void)fd;
    (void)events;
    if (task->held < LOCKS) {
        int lock = task->order[task->held];

        task->waits_for = lock;
        if (waits_for_itself(task, false))
            waits_for_itself(task, true);
        if (async_lock_acquire(scene->locks[lock], &task->request[lock], NULL,
                               on_lock, task) < 0)
            scene->failed = true;
        return;
    }
    printf("%c is done\n", task->name);
    scene->done++;
    while (task->held > 0) {
        int lock = task->order[--task->held];

        if (async_lock_release(scene->locks[lock], &task->request[lock]) < 0)
            scene->failed = true;
    }
}

/* Makes the locks and starts both tasks. 0, or -1 without memory. */
static int start(struct scene *scene, struct event_base *base, bool broken)
{
    for (int i = 0; i < LOCKS; i++) {
        if (!(scene->locks[i] = async_lock_new(base)))
            return -1;
    }
    for (int i = 0; i < TASKS; i++) {
        struct task *task = &scene->tasks[i];

        task->scene = scene;
        task->name = "AB"[i];
        task->order[0] = i == 1 && broken ? RIGHT : LEFT;
        task->order[1] = i == 1 && broken ? LEFT : RIGHT;
        task->waits_for = -1;
        if (!(task->resume = event_new(base, -1, 0, run_task, task)))
            return -1;
        event_active(task->resume, 0, 0);
    }
    return 0;
}

int main(int argc, char **argv)
{
    bool broken = argc == 2 && !strcmp(argv[1], "broken");
    struct scene scene = {.done = 0};
    struct event_base *base;
    int status = 1;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: deadlock [-h] [fixed|broken]\n"
             "Two tasks take two locks, in the same order or not.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 2 || (argc == 2 && !broken && strcmp(argv[1], "fixed") != 0)) {
        fprintf(stderr,
                "deadlock: unexpected '%s': usage: deadlock [fixed|broken]\n",
                argv[argc - 1]);
        return 2;
    }

    base = event_base_new();
    if (!base) {
        fputs("deadlock: cannot make an event base: out of resources\n",
              stderr);
        return 1;
    }
    if (start(&scene, base, broken) < 0) {
        fputs("deadlock: cannot create a task: out of memory\n", stderr);
        goto cleanup;
    }
    if (event_base_dispatch(base) < 0 || scene.failed) {
        fputs("deadlock: a task or the event loop failed\n", stderr);
        goto cleanup;
    }
    printf("%d of %d tasks are done\n", scene.done, TASKS);
    if (fflush(stdout) != 0 || ferror(stdout))
        perror("deadlock: cannot write the result");
    else
        status = 0;

cleanup: /* the locks first: they forget who waits */
    for (int i = 0; i < LOCKS; i++)
        async_lock_free(scene.locks[i]);
    for (int i = 0; i < TASKS; i++) {
        if (scene.tasks[i].resume)
            event_free(scene.tasks[i].resume);
    }
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
