/* reporter — one place that every failure reaches which nobody has read.
 *
 * Twin:   reporter.py (loop.set_exception_handler, logging)
 * Build:  cc -o reporter reporter.c $(pkg-config --cflags --libs libevent)
 * Run:    ./reporter          or: ./reporter broken, ./reporter fatal
 * Prints: the failure that was read, how many reached the reporter; exit 1
 *
 * Three things go wrong: a task fails and its owner reads it; a task fails and
 * its owner lets it go unread; the loop is run from inside itself, which libevent
 * only warns of. The owner's business stays his; the other two go to the
 * reporter, libevent's log by event_set_log_callback. Because something was
 * reported, the exit status is 1. `broken` has no reporter: all is quiet, exit 0.
 * `fatal` adds an error after which libevent ends the process: its
 * event_set_fatal_callback reaches the same place first.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One for the process, and global, as libevent's callbacks get no argument. */
static struct reporter {
    bool off; /* the broken scene */
    int reports;
} reporter;

/* Where every unobserved failure ends: a service would also count it, send it
 * on, or come down. Must not allocate, since memory may be what has failed. */
static void report(const char *what, const char *why)
{
    if (reporter.off)
        return;
    reporter.reports++;
    fprintf(stderr, "reporter: %s: %s\n", what, why);
}

static void on_libevent_log(int severity, const char *message)
{
    if (severity >= EVENT_LOG_WARN)
        report("libevent", message);
}

/* The exit status, once it is known to the reporter that the world is ending
 * (or not). Says how many there were. */
static int verdict(void)
{
    printf("%d failures reached the reporter\n", reporter.reports);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("reporter: cannot write the result");
        return 1;
    }
    return reporter.reports > 0 ? 1 : 0;
}

/* libevent is about to exit or abort, and is in no state to be used: no call of
 * it, and no return. (Its message has gone to the log callback before.) */
static void on_libevent_fatal(int error)
{
    (void)error;
    report("libevent", "cannot go on");
    exit(verdict());
}

/* A task: fails as soon as it runs. Owns its event. */
struct task {
    const char *name;
    struct event *event;
    const char *error; /* once it has failed */
    bool observed;
};

static void on_task(evutil_socket_t fd, short events, void *arg)
{
    struct task *task = arg;

    (void)fd;
    (void)events;
    task->error = "Simulated error";
}

/* Its error, or NULL; from here on it is the caller's business. */
static const char *task_error(struct task *task)
{
    task->observed = true;
    return task->error;
}

/* The last moment at which an unread error can be noticed: asyncio does the
 * same when a Task is collected ("exception was never retrieved"). */
static void task_free(struct task *task)
{
    if (task->error && !task->observed)
        report(task->name, task->error);
    if (task->event)
        event_free(task->event);
}

/* A callback that makes a mistake whose return value it does not look at. */
static void on_mistake(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)event_base_dispatch(arg);
}

/* Runs the three. 0, or -1 and it has said why. */
static int play(struct event_base *base)
{
    struct task tasks[] = {{.name = "read task"}, {.name = "unread task"}};
    struct event *mistake = event_new(base, -1, 0, on_mistake, base);
    int result = -1;

    for (int i = 0; i < 2; i++)
        tasks[i].event = event_new(base, -1, 0, on_task, &tasks[i]);
    if (!mistake || !tasks[0].event || !tasks[1].event) {
        fputs("reporter: cannot create a task: out of memory\n", stderr);
        goto cleanup;
    }
    event_active(tasks[0].event, 0, 0);
    event_active(tasks[1].event, 0, 0);
    event_active(mistake, 0, 0);
    if (event_base_dispatch(base) < 0) {
        fputs("reporter: the event loop failed\n", stderr);
        goto cleanup;
    }
    printf("%s failed, and its owner reads: %s\n", tasks[0].name,
           task_error(&tasks[0]));
    result = 0;

cleanup:
    task_free(&tasks[0]);
    task_free(&tasks[1]);
    if (mistake)
        event_free(mistake);
    return result;
}

int main(int argc, char **argv)
{
    const char *scene = argc > 1 ? argv[1] : "fixed";
    bool fatal = !strcmp(scene, "fatal");
    struct event_base *base;
    int status;

    if (argc == 2 && (!strcmp(scene, "-h") || !strcmp(scene, "--help"))) {
        puts("usage: reporter [-h] [fixed|broken|fatal]\n"
             "Failures that nobody reads, and the place they all reach.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    reporter.off = !strcmp(scene, "broken");
    if (argc > 2 || (!fatal && !reporter.off && strcmp(scene, "fixed") != 0)) {
        fprintf(stderr,
                "reporter: unexpected '%s': usage: reporter "
                "[fixed|broken|fatal]\n",
                argv[argc - 1]);
        return 2;
    }

    event_set_log_callback(on_libevent_log); /* before anything can fail */
    event_set_fatal_callback(on_libevent_fatal);
    base = event_base_new();
    if (!base) {
        fputs("reporter: cannot make an event base: out of resources\n",
              stderr);
        return 1;
    }
    status = play(base);
    event_base_free(base);
    if (status == 0 && fatal)
        event_enable_debug_mode(); /* too late for that, says libevent */
    if (status == 0)
        status = verdict();
    libevent_global_shutdown();
    return status == 0 ? 0 : 1;
}
