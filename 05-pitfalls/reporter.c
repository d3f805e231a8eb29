/* reporter — one place for every failure that nothing has read.
 *
 * Twin:   reporter.py (loop.set_exception_handler)
 * Build:  cc -I../03-tasks/modules -o reporter reporter.c ../03-tasks/modules/await.c ../03-tasks/modules/heap.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./reporter          or: ./reporter broken, ./reporter fatal
 * Prints: the failure that was read, how many reached the reporter; exit 1
 *
 * Three things go wrong: a task fails and main reads its error; a task fails and
 * its error goes unread; a task runs the loop from inside itself, of which libevent
 * only warns. The first is main's business. The other two go to the reporter, and
 * therefore the exit status is 1. `broken` has no reporter: all is quiet, exit 0.
 * `fatal` adds an error after which libevent ends the process: it reaches the
 * reporter first.
 */
#include "task_main.h"
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One for the process, and global: libevent's callbacks get no argument. */
static struct reporter {
    bool off; /* the broken scene */
    int reports;
} reporter;

/* A service would also count it, send it on, or come down. Must not allocate,
 * since memory may be what has failed. `what` happened to a task is not said. */
static void report(const char *who, const char *what, const char *why)
{
    (void)what;
    if (reporter.off)
        return;
    reporter.reports++;
    fprintf(stderr, "reporter: %s: %s\n", who, why);
}

static void on_libevent_log(int severity, const char *message)
{
    if (severity >= EVENT_LOG_WARN)
        report("libevent", "warns", message);
}

/* Prints how many reports there were. Returns the exit status. */
static int verdict(void)
{
    printf("%d failures reached the reporter\n", reporter.reports);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        warn("cannot write the result");
        return 1;
    }
    return reporter.reports > 0;
}

/* libevent is about to exit or abort, and is in no state to be used: no call of
 * it, and no return. (Its message has gone to the log callback before.) */
static void on_libevent_fatal(int error)
{
    (void)error;
    report("libevent", "ends", "cannot go on");
    exit(verdict());
}

/* async def fail() */
static void fail_run(struct task *me)
{
    TASK_BEGIN(me);
    TASK_FAIL(me, "Simulated error");
    TASK_END(me);
}

/* async def main() */
struct program {
    struct task task;
    struct task read, unread;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    me->loop->report = report; /* loop.set_exception_handler */
    task_create(me->loop, &self->read, fail_run, "read task");
    task_create(me->loop, &self->unread, fail_run, "unread task");
    (void)event_base_dispatch(
        me->loop->base); /* a mistake, and not looked at */
    AWAIT_CATCH(me, error, task_await(me, &self->read));
    printf("read task failed, and its owner reads: %s\n", error);
    TASK_END(me);
}

int main(int argc, char **argv)
{
    const char *scene = argc > 1 ? argv[1] : "fixed";
    bool fatal = !strcmp(scene, "fatal");
    struct program program = {0};

    if (argc == 2 && (!strcmp(scene, "-h") || !strcmp(scene, "--help"))) {
        puts("usage: reporter [-h] [fixed|broken|fatal]\n"
             "Failures that nothing reads, and the place they all reach.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    reporter.off = !strcmp(scene, "broken");
    if (argc > 2 || (!fatal && !reporter.off && strcmp(scene, "fixed") != 0))
        errx(2, "unexpected '%s': usage: reporter [fixed|broken|fatal]",
             argv[argc - 1]);

    event_set_log_callback(on_libevent_log); /* before anything can fail */
    event_set_fatal_callback(on_libevent_fatal);
    (void)task_main(&program.task, program_run); /* 1: there are reports */
    if (!task_done(&program.task))
        return 1;
    if (fatal)
        event_enable_debug_mode(); /* too late for that, says libevent */
    return verdict();
}
