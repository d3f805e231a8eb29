/* priorities — a flood of small work, and the urgent events beside it.
 *
 * asyncio: it has no priorities; a PriorityQueue and batches are yours to write
 * Build:   cc -o priorities priorities.c $(pkg-config --cflags --libs libevent)
 * Run:     ./priorities      or: ./priorities broken, ./priorities first,
 *          ./priorities grouped
 * Prints:  for each urgent event, for how much of the flood it had to wait
 *
 * 1000 pieces of low-priority work are queued at once. Pieces 100, 400 and 700
 * each make an urgent event ready: a byte in a pipe, as if a peer had written.
 *   broken   one class of events; the loop looks for news when its queue is empty
 *   first    a class of its own for what is urgent. It would be the first to run,
 *            but the loop does not look: no better
 *   fixed    and a bound on how many callbacks of the flood run before it looks
 *   grouped  no classes: the flood is a list, and one event works at it, some
 *            pieces at a time. Then it asks to be called in the next pass
 * Delays are counted in pieces of work, not in time.
 */
#define _GNU_SOURCE 1 /* pipe2 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    WORK = 1000,
    BATCH = 16, /* pieces of the flood between two looks for news */
    URGENT = 3,
};
enum { PRIORITY_URGENT, PRIORITY_FLOOD, PRIORITIES }; /* 0 is the first */
enum scene { FIXED, BROKEN, FIRST, GROUPED, SCENES };
static const char *const scene_names[] = {"fixed", "broken", "first",
                                          "grouped"};

/* An urgent event: a pipe that becomes readable. Owns its three things. */
struct urgent {
    struct app *app;
    int number, ready_at; /* which piece of work makes it ready */
    int pipe[2];
    struct event *event;
};

/* Lives in main. */
struct app {
    enum scene scene;
    struct event_base *base;
    struct event *work[WORK]; /* grouped: only the first */
    struct urgent urgent[URGENT];
    int done, urgent_done;
    bool failed;
};

/* Says why, and ends the loop: what it waits for would never come. */
static void give_up(struct app *app, const char *what)
{
    fprintf(stderr, "priorities: %s: %s\n", what, strerror(errno));
    app->failed = true;
    event_base_loopbreak(app->base);
}

/* One piece of the flood. */
static void work(struct app *app)
{
    app->done++;
    for (int i = 0; i < URGENT; i++) {
        if (app->urgent[i].ready_at == app->done &&
            write(app->urgent[i].pipe[1], "!", 1) != 1)
            give_up(app, "cannot write to a pipe");
    }
}

static void on_work(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    work(arg);
}

/* A part of the list, then back to the loop: a timer of {0, 0} runs in the next
 * pass, after a look for news. To activate ourselves would not do: the loop
 * looks only when nothing is active (see 01-07). */
static void on_group(evutil_socket_t fd, short events, void *arg)
{
    const struct timeval next_pass = {0, 0};
    struct app *app = arg;

    (void)fd;
    (void)events;
    for (int i = 0; i < BATCH && app->done < WORK; i++)
        work(app);
    if (app->done < WORK && event_add(app->work[0], &next_pass) < 0)
        give_up(app, "cannot go on with the flood");
}

static void on_urgent(evutil_socket_t fd, short events, void *arg)
{
    struct urgent *urgent = arg;
    struct app *app = urgent->app;

    (void)fd;
    (void)events;
    printf("urgent %d: ready at %d, ran at %d of %d: waited for %d\n",
           urgent->number, urgent->ready_at, app->done, WORK,
           app->done - urgent->ready_at);
    app->urgent_done++;
}

/* The base of the scene. */
static struct event_base *make_base(enum scene scene)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config &&
        (scene != FIXED || event_config_set_max_dispatch_interval(
                               config, NULL, BATCH, PRIORITY_FLOOD) == 0))
        base = event_base_new_with_config(config);
    if (config)
        event_config_free(config);
    /* Before any event is made. */
    if (base && (scene == FIXED || scene == FIRST) &&
        event_base_priority_init(base, PRIORITIES) < 0) {
        event_base_free(base);
        base = NULL;
    }
    return base;
}

/* Makes the events and queues the flood. Returns 0, or -1. */
static int prepare(struct app *app)
{
    bool classes = app->scene == FIXED || app->scene == FIRST;

    for (int i = 0; i < URGENT; i++) {
        struct urgent *urgent = &app->urgent[i];

        urgent->app = app;
        urgent->number = i + 1;
        urgent->ready_at = 100 + 300 * i;
        if (pipe2(urgent->pipe, O_NONBLOCK | O_CLOEXEC) < 0) {
            urgent->pipe[0] = urgent->pipe[1] = -1;
            return -1;
        }
        urgent->event =
            event_new(app->base, urgent->pipe[0], EV_READ, on_urgent, urgent);
        if (!urgent->event ||
            event_priority_set(urgent->event, classes ? PRIORITY_URGENT : 0) <
                0 ||
            event_add(urgent->event, NULL) < 0)
            return -1;
    }
    for (int i = 0; i < (app->scene == GROUPED ? 1 : WORK); i++) {
        app->work[i] = event_new(
            app->base, -1, 0, app->scene == GROUPED ? on_group : on_work, app);
        if (!app->work[i] ||
            event_priority_set(app->work[i], classes ? PRIORITY_FLOOD : 0) < 0)
            return -1;
        event_active(app->work[i], 0, 0);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "fixed";
    struct app app = {0};
    int status = 1;

    if (argc == 2 && (!strcmp(name, "-h") || !strcmp(name, "--help"))) {
        puts("usage: priorities [-h] [fixed|broken|first|grouped]\n"
             "Urgent events beside a flood of work, and how long they wait.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    while (app.scene < SCENES && strcmp(name, scene_names[app.scene]) != 0)
        app.scene++;
    if (argc > 2 || app.scene == SCENES) {
        fprintf(stderr,
                "priorities: unexpected '%s': usage: priorities "
                "[fixed|broken|first|grouped]\n",
                argv[argc - 1]);
        return 2;
    }

    for (int i = 0; i < URGENT; i++)
        app.urgent[i].pipe[0] = app.urgent[i].pipe[1] = -1;
    app.base = make_base(app.scene);
    if (!app.base) {
        fputs("priorities: cannot make an event base: out of resources\n",
              stderr);
        return 1;
    }
    if (prepare(&app) < 0)
        fputs("priorities: cannot make an event: out of resources\n", stderr);
    else if (event_base_dispatch(app.base) < 0 || app.failed ||
             app.urgent_done < URGENT)
        fputs("priorities: the loop ended before all was done\n", stderr);
    else if (fflush(stdout) != 0 || ferror(stdout))
        perror("priorities: cannot write the result");
    else
        status = 0;

    for (int i = 0; i < WORK; i++) {
        if (app.work[i])
            event_free(app.work[i]);
    }
    for (int i = 0; i < URGENT; i++) {
        if (app.urgent[i].event)
            event_free(app.urgent[i].event);
        if (app.urgent[i].pipe[0] >= 0) {
            close(app.urgent[i].pipe[0]);
            close(app.urgent[i].pipe[1]);
        }
    }
    event_base_free(app.base);
    libevent_global_shutdown();
    return status;
}
