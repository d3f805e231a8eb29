/* locks — a race on one thread, and the async lock that cures it.
 *
 * Twin:   locks.py (asyncio.Lock, gather, sleep)
 * Build:  cc -o locks locks.c $(pkg-config --cflags --libs libevent)
 * Run:    ./locks             or: ./locks broken
 * Prints: Incremented, value: 1 … 10 (broken: ten times 10)
 *
 * Ten tasks add 1 to a shared variable, yield to the loop, and print it. No
 * two of them ever run at once, and still what one has read is stale after its
 * yield: a race needs no threads, only a yield between two steps that belong
 * together. The lock makes them one step.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

enum { TASKS = 10 };

/* Where `async def increment()` can be resumed. */
enum step { START, LOCKED, YIELDED };

/* Owns its event; lives in main. */
struct task {
    struct shared *shared;
    struct event *resume; /* made active when the task is to run */
    enum step step;
    TAILQ_ENTRY(task) waiting; /* in lock.waiters */
};

/* asyncio.Lock: held, or not; who waits for it, first come first. */
struct lock {
    bool held;
    TAILQ_HEAD(, task) waiters;
};

/* What all tasks share; lives in main. */
struct shared {
    struct lock lock;
    bool broken; /* do without the lock */
    int value, done;
};

/* Queues the task: it runs when the loop gets to it, never from here. */
static void task_wake(struct task *task)
{
    event_active(task->resume, 0, 0);
}

/* await lock.acquire(): the task is resumed once it holds the lock. */
static void lock_acquire(struct lock *lock, struct task *task)
{
    if (lock->held) {
        TAILQ_INSERT_TAIL(&lock->waiters, task, waiting);
    } else {
        lock->held = true;
        task_wake(task);
    }
}

/* Hands the lock to the first waiter: it stays held meanwhile, so that nobody
 * who asks in between can overtake. */
static void lock_release(struct lock *lock)
{
    struct task *next = TAILQ_FIRST(&lock->waiters);

    if (next) {
        TAILQ_REMOVE(&lock->waiters, next, waiting);
        task_wake(next);
    } else {
        lock->held = false;
    }
}

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
        if (!shared->broken) {
            lock_acquire(&shared->lock, task);
            return;
        }
        /* fall through */
    case LOCKED:
        shared->value++;
        task->step = YIELDED;
        task_wake(task); /* behind all that are queued already */
        return;
    case YIELDED:
        printf("Incremented, value: %d\n", shared->value);
        shared->done++;
        if (!shared->broken)
            lock_release(&shared->lock);
    }
}

int main(int argc, char **argv)
{
    struct shared shared = {0};
    struct task tasks[TASKS] = {0};
    struct event_base *base;
    int status = 1;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: locks [-h] [fixed|broken]\n"
             "Ten tasks share a variable, with a lock or without.");
        return fflush(stdout) == 0 ? 0 : 1;
    }
    shared.broken = argc == 2 && !strcmp(argv[1], "broken");
    if (argc > 2 ||
        (argc == 2 && !shared.broken && strcmp(argv[1], "fixed") != 0)) {
        fprintf(stderr, "locks: unexpected '%s': usage: locks [fixed|broken]\n",
                argv[argc - 1]);
        return 2;
    }

    TAILQ_INIT(&shared.lock.waiters);
    base = event_base_new();
    if (!base) {
        fputs("locks: cannot make an event base: out of resources\n", stderr);
        return 1;
    }
    /* asyncio.gather(): start them all, then wait for all of them. */
    for (int i = 0; i < TASKS; i++) {
        tasks[i].shared = &shared;
        tasks[i].resume = event_new(base, -1, 0, increment, &tasks[i]);
        if (!tasks[i].resume) {
            fputs("locks: cannot create a task: out of memory\n", stderr);
            goto cleanup;
        }
        task_wake(&tasks[i]);
    }
    if (shared.broken)
        fputs("locks: without a lock; each task should see its own, 1 to 10\n",
              stderr);
    if (event_base_dispatch(base) < 0 || shared.done < TASKS)
        fprintf(stderr, "locks: the loop ended with %d of %d tasks done\n",
                shared.done, TASKS);
    else if (fflush(stdout) != 0 || ferror(stdout))
        perror("locks: cannot write the result");
    else
        status = 0;

cleanup:
    for (int i = 0; i < TASKS; i++) {
        if (tasks[i].resume)
            event_free(tasks[i].resume);
    }
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
