/* errors — a task fails: who hears of it, and what becomes of the others.
 *
 * Twin:   errors.py (an exception in a task; await; "never retrieved")
 * Build:  cc -o errors errors.c $(pkg-config --cflags --libs libevent)
 * Run:    ./errors            or: ./errors broken, ./errors unobserved
 * Prints: Caught exception: Simulated error
 *
 * C has no exceptions: a task's error is a field of its outcome, and reading it
 * is catching it. Three scenes:
 *   fixed       main awaits the task and reads its error; the siblings finish.
 *   broken      main awaits it and lets the error through: the loop comes down,
 *               the siblings are cut off, exit status 1.
 *   unobserved  nobody awaits it: the siblings finish, and the error is found
 *               when the loop has ended, by the one place that looks.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS = 3 }; /* the first one fails */
enum scene { FIXED, BROKEN, UNOBSERVED };

/* A task that sleeps, then succeeds or fails. Owns its timer and workspace. */
struct task {
    const char *name;
    const char *will_fail; /* its error to be, or NULL */
    struct event *timer;
    char *workspace;       /* to be given back however the task ends */
    struct event *awaiter; /* made active when done; not owned; may be NULL */
    bool done;
    const char *error; /* once done: NULL is success */
    bool observed;     /* somebody has read the outcome */
};

/* Lives in main. */
struct app {
    enum scene scene;
    struct event *resume; /* owned: runs main_task */
    struct task tasks[TASKS];
    const char *uncaught; /* an error that came out of main_task */
};

/* asyncio's `finally`: runs once, on each way out: done, failed or cut off. */
static void task_clean_up(struct task *task)
{
    if (task->workspace)
        fprintf(stderr, "errors: %s cleaned up\n", task->name);
    free(task->workspace);
    task->workspace = NULL;
    if (task->timer)
        event_free(task->timer);
    task->timer = NULL;
}

/* The task is over, for better or worse. Its awaiter runs later. */
static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
    struct task *task = arg;

    (void)fd;
    (void)events;
    task->done = true;
    task->error = task->will_fail;
    if (!task->error)
        fprintf(stderr, "errors: %s finished\n", task->name);
    task_clean_up(task);
    if (task->awaiter)
        event_active(task->awaiter, 0, 0);
}

/* Starts a task that takes so many milliseconds. 0, or -1 without memory: what
 * it has got so far is given back by task_clean_up, too. */
static int task_create(struct task *task, struct event_base *base,
                       const char *name, const char *will_fail, int ms)
{
    const struct timeval delay = {ms / 1000, ms % 1000 * 1000};

    task->name = name;
    task->will_fail = will_fail;
    task->workspace = malloc(64);
    task->timer = evtimer_new(base, on_timeout, task);
    if (!task->workspace || !task->timer)
        return -1;
    return evtimer_add(task->timer, &delay);
}

/* True if the task is done; else the awaiter is resumed once it is. */
static bool task_await(struct task *task, struct event *awaiter)
{
    task->awaiter = awaiter;
    return task->done;
}

/* Its error, or NULL. From here on it counts as observed. */
static const char *task_error(struct task *task)
{
    task->observed = true;
    return task->error;
}

/* async def main(): awaits the first task, and catches its error or does not.
 * What it leaves in app->uncaught is what asyncio.run would raise. */
static void main_task(evutil_socket_t fd, short events, void *arg)
{
    struct app *app = arg;
    const char *error;

    (void)fd;
    (void)events;
    if (!task_await(&app->tasks[0], app->resume))
        return;
    error = task_error(&app->tasks[0]);
    if (!error)
        return;
    if (app->scene == FIXED) {
        printf("Caught exception: %s\n", error);
    } else {
        app->uncaught = error;
        event_base_loopbreak(event_get_base(app->resume));
    }
}

/* After the loop: the errors that nobody has read, and who was cut off. */
static void report(const struct app *app)
{
    if (app->uncaught)
        fprintf(stderr, "errors: not caught in main: %s\n", app->uncaught);
    for (int i = 0; i < TASKS; i++) {
        const struct task *task = &app->tasks[i];

        if (!task->done)
            fprintf(stderr, "errors: %s was cut off\n", task->name);
        else if (task->error && !task->observed)
            fprintf(stderr,
                    "errors: %s: task exception was never retrieved: %s\n",
                    task->name, task->error);
    }
}

int main(int argc, char **argv)
{
    const char *scene = argc > 1 ? argv[1] : "fixed";
    struct app app = {.scene = FIXED};
    struct event_base *base;
    int status = 1;

    if (argc == 2 && (!strcmp(scene, "-h") || !strcmp(scene, "--help"))) {
        puts("usage: errors [-h] [fixed|broken|unobserved]\n"
             "A task fails; its awaiter catches it, or does not, or is not.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (!strcmp(scene, "broken"))
        app.scene = BROKEN;
    else if (!strcmp(scene, "unobserved"))
        app.scene = UNOBSERVED;
    if (argc > 2 || (app.scene == FIXED && strcmp(scene, "fixed") != 0)) {
        fprintf(stderr,
                "errors: unexpected '%s': usage: errors "
                "[fixed|broken|unobserved]\n",
                argv[argc - 1]);
        return 2;
    }

    base = event_base_new();
    if (!base) {
        fputs("errors: cannot make an event base: out of resources\n", stderr);
        return 1;
    }
    /* Who awaits is resumed before the next timer, even if that is due, too: what
     * becomes of the siblings must not depend on how busy the machine is. */
    if (event_base_priority_init(base, 2) == 0)
        app.resume = event_new(base, -1, 0, main_task, &app);
    if (!app.resume || event_priority_set(app.resume, 0) < 0 ||
        task_create(&app.tasks[0], base, "task", "Simulated error", 50) < 0 ||
        task_create(&app.tasks[1], base, "sibling 1", NULL, 150) < 0 ||
        task_create(&app.tasks[2], base, "sibling 2", NULL, 250) < 0) {
        fputs("errors: cannot create a task: out of memory\n", stderr);
        goto cleanup;
    }
    if (app.scene != UNOBSERVED)
        event_active(app.resume, 0, 0);
    if (event_base_dispatch(base) < 0) {
        fputs("errors: the event loop failed\n", stderr);
        goto cleanup;
    }
    report(&app);
    if (fflush(stdout) != 0 || ferror(stdout))
        perror("errors: cannot write the result");
    else if (!app.uncaught)
        status = 0;

cleanup: /* those that were cut off still hold something */
    for (int i = 0; i < TASKS; i++)
        task_clean_up(&app.tasks[i]);
    if (app.resume)
        event_free(app.resume);
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
