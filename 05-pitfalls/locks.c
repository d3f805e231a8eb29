/* locks — a race on one thread, and the async lock that cures it.
 *
 * Twin:   locks.py (asyncio.Lock, gather, sleep)
 * Build:  cc -Imodules -o locks locks.c modules/async_lock.c $(pkg-config --cflags --libs libevent)
 * Run:    ./locks             or: ./locks broken
 * Prints: Incremented, value: 1 … 10 (broken: ten times 10)
 *
 * Ten tasks add 1 to a shared variable, yield to the loop, and print it. No
 * two of them ever run at once, and still what one has read is stale after its
 * yield: a race needs no threads, only a yield between two steps that belong
 * together. The lock makes them one step.
 */
#include "async_lock.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { TASKS = 10 };

/* Where `async def increment()` can be resumed. */
enum step { START, LOCKED, YIELDED };

/* Owns its event; lives in main. */
struct task {
    struct shared *shared;
    struct event *resume; /* made active when the task is to run */
    struct lock_request request;
    enum step step;
};

/* What all tasks share; lives in main. */
struct shared {
    struct async_lock *lock; /* owned; NULL in the broken scene */
    int value, done;
    bool failed;
};

static void on_lock(enum lock_outcome outcome, void *arg);

/* async def increment(): async with lock: value += 1; await sleep(0); print */
static void increment(evutil_socket_t fd, short events, void *arg)
{
    struct task *task = arg;
    struct shared *shared = task->shared;

    (void)fd;
    (void)events;
    switch (task->step) {
    case START:
        task->step = LOCKED;
        if (shared->lock) {
            if (async_lock_acquire(shared->lock, &task->request, NULL, on_lock,
                                   task) < 0)
                shared->failed = true;
            return;
        }
        __attribute__((fallthrough));
    case LOCKED:
        shared->value++;
        task->step = YIELDED;
        event_active(task->resume, 0, 0); /* behind all queued already */
        return;
    case YIELDED:
        printf("Incremented, value: %d\n", shared->value);
        shared->done++;
        if (shared->lock && async_lock_release(shared->lock, &task->request))
            shared->failed = true;
    }
}

/* There is no limit to the wait, so the outcome is always the lock. */
static void on_lock(enum lock_outcome outcome, void *arg)
{
    (void)outcome;
    increment(-1, 0, arg);
}

int main(int argc, char **argv)
{
    struct shared shared = {0};
    struct task tasks[TASKS] = {0};
    struct event_base *base;
    bool broken = argc == 2 && !strcmp(argv[1], "broken");
    int status = 1;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: locks [-h] [fixed|broken]\n"
             "Ten tasks share a variable, with a lock or without.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 2 || (argc == 2 && !broken && strcmp(argv[1], "fixed") != 0)) {
        fprintf(stderr, "locks: unexpected '%s': usage: locks [fixed|broken]\n",
                argv[argc - 1]);
        return 2;
    }

    base = event_base_new();
    if (!base) {
        fputs("locks: cannot make an event base: out of resources\n", stderr);
        return 1;
    }
    if (!broken && !(shared.lock = async_lock_new(base))) {
        fputs("locks: cannot make a lock: out of memory\n", stderr);
        goto cleanup;
    }
    /* asyncio.gather(): start them all, then wait for all of them. */
    for (int i = 0; i < TASKS; i++) {
        tasks[i].shared = &shared;
        tasks[i].resume = event_new(base, -1, 0, increment, &tasks[i]);
        if (!tasks[i].resume) {
            fputs("locks: cannot create a task: out of memory\n", stderr);
            goto cleanup;
        }
        event_active(tasks[i].resume, 0, 0);
    }
    if (broken)
        fputs("locks: without a lock; each task should see its own, 1 to 10\n",
              stderr);
    if (event_base_dispatch(base) < 0 || shared.failed || shared.done < TASKS)
        fprintf(stderr, "locks: the loop ended with %d of %d tasks done\n",
                shared.done, TASKS);
    else if (fflush(stdout) != 0 || ferror(stdout))
        perror("locks: cannot write the result");
    else
        status = 0;

cleanup: /* the lock first: it forgets the tasks that still wait */
    async_lock_free(shared.lock);
    for (int i = 0; i < TASKS; i++) {
        if (tasks[i].resume)
            event_free(tasks[i].resume);
    }
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
