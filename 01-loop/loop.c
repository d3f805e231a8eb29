/* loop — a task sleeps, and nothing is blocked while it does.
 *
 * Twin:   loop.py (asyncio.sleep, run_until_complete)
 * Build:  cc -o loop loop.c $(pkg-config --cflags --libs libevent)
 * Run:    ./loop
 * Prints: Task completed
 *
 * In asyncio this is two lines: `result = asyncio.run(task())` and a print.
 * Below is what they are made of: a future (is it done, and with which
 * result?), a callback that completes it, and a main that runs the loop until
 * this one future is done, however many other events still wait.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The outcome of a task: empty now, filled in once, read by who waits. */
struct future {
    bool done;
    const char *result; /* not owned */
};

/* The task owns its timer; the future lives inside, so it goes with the task.
 * (Chapter 03 makes a struct task that can wait for anything.) */
struct sleeping_task {
    struct event *timer;
    struct future future;
};

static void future_set_result(struct future *future, const char *result)
{
    future->done = true;
    future->result = result;
}

/* The second half of the task: what Python runs after `await sleep(1)`. */
static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
    struct sleeping_task *task = arg;

    (void)fd;
    (void)events;
    future_set_result(&task->future, "Task completed");
}

/* The first half of the task: asks the loop for a wake-up in one second and
 * returns at once. Returns 0, or -1 if there is no memory. */
static int task_start(struct sleeping_task *task, struct event_base *base)
{
    const struct timeval one_second = {1, 0};

    task->timer = evtimer_new(base, on_timeout, task);
    if (!task->timer)
        return -1;
    return evtimer_add(task->timer, &one_second);
}

/* Runs the loop, pass by pass, until the future is done. Other events may be
 * pending then and stay so. Returns 0, or -1 if the loop failed or has nothing
 * left to wait for, so that nobody can complete the future any more. */
static int run_until_complete(struct event_base *base,
                              const struct future *future)
{
    while (!future->done) {
        if (event_base_loop(base, EVLOOP_ONCE) != 0)
            return -1;
    }
    return 0;
}

/* Something else that waits on the same loop; it is not due for an hour. */
static void on_hour(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
    fputs("loop: an hour has passed\n", stderr);
}

int main(int argc, char **argv)
{
    const struct timeval one_hour = {3600, 0};
    struct sleeping_task task = {0};
    struct event_base *base = NULL;
    struct event *hourly = NULL;
    int status = 1;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: loop [-h]\nA task sleeps for a second on the event loop.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr, "loop: unexpected argument '%s': usage: loop [-h]\n",
                argv[1]);
        return 2;
    }

    base = event_base_new();
    if (!base) {
        fputs("loop: cannot make an event base: out of resources\n", stderr);
        return 1;
    }
    hourly = event_new(base, -1, EV_PERSIST, on_hour, NULL);
    if (!hourly || event_add(hourly, &one_hour) < 0 ||
        task_start(&task, base) < 0) {
        fputs("loop: cannot add a timer: out of memory\n", stderr);
        goto cleanup;
    }
    if (run_until_complete(base, &task.future) < 0) {
        fputs("loop: the loop ended before the task: nothing to wait for\n",
              stderr);
        goto cleanup;
    }
    puts(task.future.result);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("loop: cannot write the result");
        goto cleanup;
    }
    status = 0;

cleanup: /* events before their base; the base frees none of them */
    if (task.timer)
        event_free(task.timer);
    if (hourly)
        event_free(hourly);
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
