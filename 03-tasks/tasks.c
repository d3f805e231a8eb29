/* tasks — two tasks sleep at the same time; main awaits them both.
 *
 * Twin:   tasks.py (asyncio.create_task, await)
 * Build:  cc -o tasks tasks.c $(pkg-config --cflags --libs libevent)
 * Run:    ./tasks
 * Prints: Task 2 completed, then Task 1 completed; 2 s in all, not 3
 *
 * create_task starts a task and returns; nothing waits yet. `await` is the
 * other half: if the task is not done, the awaiter leaves its own callback
 * with the task and returns to the loop. Main is such an awaiter, too: a
 * function with a number that says where to go on.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A task that sleeps and reports. It owns its timer. One awaiter at most. */
struct task {
    int number;
    bool done;
    struct event *timer;
    struct event *awaiter; /* made active when done; not owned; may be NULL */
};

/* Main as a task: what a compiler makes of `async def main()`. */
struct main_task {
    int step; /* where to go on: 0 at the start, 1 after the first await … */
    bool done;
    struct event *resume; /* owned: runs main_step once it is activated */
    struct task first, second;
};

/* The sleep is over: what Python runs after `await asyncio.sleep()`. The
 * awaiter is queued on the loop, never called from here: it runs when this
 * callback has returned. */
static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
    struct task *task = arg;

    (void)fd;
    (void)events;
    printf("Task %d completed\n", task->number);
    task->done = true;
    if (task->awaiter)
        event_active(task->awaiter, EV_TIMEOUT, 0);
}

/* Starts a task that sleeps for that many seconds. Returns 0, or -1 if there
 * is no memory. The caller frees it with task_free, also after -1. */
static int task_create(struct task *task, struct event_base *base, int number,
                       int seconds)
{
    const struct timeval delay = {seconds, 0};

    task->number = number;
    task->timer = evtimer_new(base, on_timeout, task);
    if (!task->timer)
        return -1;
    return evtimer_add(task->timer, &delay);
}

static void task_free(struct task *task)
{
    if (task->timer)
        event_free(task->timer);
}

/* True if the task is done; else the awaiter will be resumed once it is, and
 * has to return to the loop now. */
static bool task_await(struct task *task, struct event *awaiter)
{
    task->awaiter = awaiter;
    return task->done;
}

/* async def main(): …; await first; await second */
static void main_step(evutil_socket_t fd, short events, void *arg)
{
    struct main_task *self = arg;

    (void)fd;
    (void)events;
    switch (self->step) {
    case 0:
        self->step = 1;
        if (!task_await(&self->first, self->resume))
            return;
        /* fall through */
    case 1:
        self->step = 2;
        if (!task_await(&self->second, self->resume))
            return;
        /* fall through */
    default:
        self->done = true;
    }
}

int main(int argc, char **argv)
{
    struct main_task self = {0};
    struct event_base *base;
    int status = 1;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: tasks [-h]\nTwo tasks sleep 2 s and 1 s at once.");
        return fflush(stdout) == 0 ? 0 : 1;
    }
    if (argc > 1) {
        fprintf(stderr, "tasks: unexpected argument '%s': usage: tasks [-h]\n",
                argv[1]);
        return 2;
    }

    setvbuf(stdout, NULL, _IOLBF, 0); /* line by line, also into a pipe */
    base = event_base_new();
    if (!base) {
        fputs("tasks: cannot make an event base: out of resources\n", stderr);
        return 1;
    }
    self.resume = event_new(base, -1, 0, main_step, &self);
    if (!self.resume || task_create(&self.first, base, 1, 2) < 0 ||
        task_create(&self.second, base, 2, 1) < 0) {
        fputs("tasks: cannot create a task: out of memory\n", stderr);
        goto cleanup;
    }
    event_active(self.resume, EV_TIMEOUT, 0);
    while (!self.done) {
        if (event_base_loop(base, EVLOOP_ONCE) != 0) {
            fputs("tasks: the loop ended before the tasks did\n", stderr);
            goto cleanup;
        }
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("tasks: cannot write the result");
        goto cleanup;
    }
    status = 0;

cleanup:
    task_free(&self.first);
    task_free(&self.second);
    if (self.resume)
        event_free(self.resume);
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
