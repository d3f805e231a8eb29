/* priorities — a flood of small work, and the urgent events beside it.
 *
 * asyncio: it has no priorities; a PriorityQueue and batches are yours to write
 * Build:   cc -o priorities priorities.c $(pkg-config --cflags --libs libevent)
 * Run:     ./priorities            or: ./priorities broken
 * Prints:  for each urgent event, after how much of the flood it ran
 *
 * 1000 pieces of low-priority work are queued at once. Pieces 100, 400 and 700
 * each make an urgent event ready: a byte in a pipe, as if a peer had written.
 * The broken scene has one class of events, and looks for news only when its
 * queue is empty. The cure is two things together: a priority of its own for
 * what is urgent, and a bound on how many callbacks of the flood run before the
 * loop looks for news again. Delays are counted in pieces of work, not in time.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    WORK = 1000,
    BATCH = 16, /* callbacks of the flood between two looks for news */
    URGENT = 3,
};
enum { PRIORITY_URGENT, PRIORITY_FLOOD, PRIORITIES }; /* 0 is the first */

/* An urgent event: a pipe that becomes readable. Owns its three things. */
struct urgent {
    struct app *app;
    int number, ready_at; /* which piece of work makes it ready */
    int pipe[2];
    struct event *event;
};

/* Lives in main. */
struct app {
    struct event_base *base;
    struct event *work[WORK];
    struct urgent urgent[URGENT];
    int done, urgent_done;
};

/* One piece of the flood. */
static void on_work(evutil_socket_t fd, short events, void *arg)
{
    struct app *app = arg;

    (void)fd;
    (void)events;
    app->done++;
    for (int i = 0; i < URGENT; i++) {
        if (app->urgent[i].ready_at == app->done &&
            write(app->urgent[i].pipe[1], "!", 1) != 1)
            perror("priorities: cannot write to a pipe");
    }
}

static void on_urgent(evutil_socket_t fd, short events, void *arg)
{
    struct urgent *urgent = arg;
    struct app *app = urgent->app;

    (void)fd;
    (void)events;
    printf("urgent %d: ready at %d, ran after %d of %d: %s\n", urgent->number,
           urgent->ready_at, app->done, WORK,
           app->done == WORK                       ? "behind the whole flood"
           : app->done - urgent->ready_at <= BATCH ? "within a batch"
                                                   : "late");
    app->urgent_done++;
}

/* The base of the scene: one class of events, or two and short batches. */
static struct event_base *make_base(bool broken)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config && (broken || event_config_set_max_dispatch_interval(
                                 config, NULL, BATCH, PRIORITY_FLOOD) == 0))
        base = event_base_new_with_config(config);
    if (config)
        event_config_free(config);
    if (base && !broken && event_base_priority_init(base, PRIORITIES) < 0) {
        event_base_free(base);
        base = NULL;
    }
    return base;
}

/* Makes the events and queues the flood. Returns 0, or -1. */
static int prepare(struct app *app, bool broken)
{
    for (int i = 0; i < URGENT; i++) {
        struct urgent *urgent = &app->urgent[i];

        urgent->app = app;
        urgent->number = i + 1;
        urgent->ready_at = 100 + 300 * i;
        if (pipe(urgent->pipe) < 0) {
            urgent->pipe[0] = urgent->pipe[1] = -1;
            return -1;
        }
        urgent->event =
            event_new(app->base, urgent->pipe[0], EV_READ, on_urgent, urgent);
        if (!urgent->event ||
            event_priority_set(urgent->event, broken ? 0 : PRIORITY_URGENT) <
                0 ||
            event_add(urgent->event, NULL) < 0)
            return -1;
    }
    for (int i = 0; i < WORK; i++) {
        app->work[i] = event_new(app->base, -1, 0, on_work, app);
        if (!app->work[i] ||
            event_priority_set(app->work[i], broken ? 0 : PRIORITY_FLOOD) < 0)
            return -1;
        event_active(app->work[i], 0, 0);
    }
    return 0;
}

int main(int argc, char **argv)
{
    bool broken = argc == 2 && !strcmp(argv[1], "broken");
    struct app app = {0};
    int status = 1;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: priorities [-h] [fixed|broken]\n"
             "Urgent events beside a flood of work, and how long they wait.");
        return fflush(stdout) == 0 ? 0 : 1;
    }
    if (argc > 2 || (argc == 2 && !broken && strcmp(argv[1], "fixed") != 0)) {
        fprintf(stderr,
                "priorities: unexpected '%s': usage: priorities "
                "[fixed|broken]\n",
                argv[argc - 1]);
        return 2;
    }

    for (int i = 0; i < URGENT; i++)
        app.urgent[i].pipe[0] = app.urgent[i].pipe[1] = -1;
    app.base = make_base(broken);
    if (!app.base) {
        fputs("priorities: cannot make an event base: out of resources\n",
              stderr);
        return 1;
    }
    if (prepare(&app, broken) < 0)
        fputs("priorities: cannot make an event: out of resources\n", stderr);
    else if (event_base_dispatch(app.base) < 0 || app.urgent_done < URGENT)
        fputs("priorities: the loop ended before the urgent events\n", stderr);
    else if (fflush(stdout) != 0)
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
