/* vanishing — jobs whose owners go at random, before, while and after they run.
 *
 * Build: cc -I../../modules -o vanishing vanishing.c ../../modules/fork_server.c ../../modules/job.c ../../modules/process_pool.c ../../modules/thread_pool.c ../../modules/workers.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./vanishing threads 10000     or: ./vanishing processes 10000
 */
#include "process_pool.h"
#include "thread_pool.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/wait.h>

/* Who wants a result; on the heap, so that a tool sees who is touched late. */
struct owner {
    TAILQ_ENTRY(owner) link;
    struct app *app;
    uint64_t question, number; /* the job replaces the number */
    struct job job;
    bool gone; /* it cancelled its job */
};

struct app {
    TAILQ_HEAD(, owner) owners;
    struct event *turn;
    struct thread_pool *threads;
    struct process_pool *processes;
    long jobs, submitted, answered, wrong, vanished;
};

/* Some microseconds of work, for some numbers more. */
static void compute(void *argument)
{
    uint64_t *number = argument;
    volatile uint64_t spin = *number % 7 == 0 ? 100000 : 100;

    while (spin > 0)
        spin = spin - 1;
    *number *= 3;
}

static void owner_free(struct owner *owner)
{
    TAILQ_REMOVE(&owner->app->owners, owner, link);
    memset(owner, 0xee, sizeof *owner);
    free(owner);
}

/* A job that was cancelled may have been over. */
static void on_done(const char *error, void *arg)
{
    struct owner *owner = arg;

    if (owner->gone)
        owner->app->vanished++;
    else
        owner->app->answered++;
    if (error ? !owner->gone || error != JOB_CANCELLED
              : owner->number != owner->question * 3)
        owner->app->wrong++;
    owner_free(owner);
}

/* A new owner with a job, if the pool has room. */
static void come(struct app *app)
{
    struct owner *owner = calloc(1, sizeof *owner);

    if (!owner)
        abort();
    owner->app = app;
    owner->question = owner->number = (uint64_t)random();
    owner->job = (struct job){.function = compute,
                              .argument = &owner->number,
                              .size = sizeof owner->number,
                              .done = on_done,
                              .arg = owner};
    TAILQ_INSERT_TAIL(&app->owners, owner, link);
    if ((app->threads ? thread_pool_submit(app->threads, &owner->job)
                      : process_pool_submit(app->processes, &owner->job)) == 0)
        app->submitted++;
    else if (errno == EAGAIN)
        owner_free(owner);
    else
        abort();
}

/* Some owner goes. */
static void go(struct app *app)
{
    struct owner *owner = TAILQ_FIRST(&app->owners);

    for (long i = random() % 20; i > 0 && owner && TAILQ_NEXT(owner, link); i--)
        owner = TAILQ_NEXT(owner, link);
    if (!owner || owner->gone)
        return;
    owner->gone = true;
    if (app->threads)
        thread_pool_cancel(app->threads, &owner->job);
    else
        process_pool_cancel(app->processes, &owner->job);
}

static void on_turn(evutil_socket_t fd, short events, void *arg)
{
    const struct timeval soon = {0, 0}; /* the next pass */
    struct app *app = arg;
    long before = app->submitted;

    (void)fd;
    (void)events;
    for (long i = random() % 8; i > 0 && app->submitted < app->jobs; i--)
        come(app);
    for (long came = app->submitted - before; came > 0; came--) {
        if (random() % 5 < 2)
            go(app);
    }
    if (app->submitted < app->jobs) {
        if (event_add(app->turn, &soon) < 0)
            abort();
        return;
    }
    if (app->threads)
        thread_pool_stop(app->threads, true);
    if (app->processes)
        process_pool_stop(app->processes, true);
}

static int descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    int count = 0;

    if (!all)
        return -1;
    while (readdir(all))
        count++;
    closedir(all);
    return count;
}

int main(int argc, char **argv)
{
    struct app app = {.owners = TAILQ_HEAD_INITIALIZER(app.owners)};
    int before = descriptors();
    struct event_base *base;

    if (argc != 3)
        return 2;
    app.jobs = strtol(argv[2], NULL, 10);
    if (!strcmp(argv[1], "processes") &&
        !(app.processes = process_pool_new(4, 32, sizeof(uint64_t))))
        return 1;
    base = event_base_new();
    if (!base)
        return 1;
    if (app.processes ? process_pool_attach(app.processes, base) < 0
                      : !(app.threads = thread_pool_new(base, 4, 32)))
        return 1;
    app.turn = event_new(base, -1, 0, on_turn, &app);
    if (!app.turn)
        return 1;
    event_active(app.turn, 0, 0);
    event_base_dispatch(base);

    if (app.threads)
        thread_pool_free(app.threads);
    else
        process_pool_free(app.processes);
    event_free(app.turn);
    event_base_free(base);
    libevent_global_shutdown();
    fprintf(stderr, "%ld answered, %ld owners vanished\n", app.answered,
            app.vanished);
    printf("%ld jobs: answered or vanished: %ld, wrong: %ld\n", app.submitted,
           app.answered + app.vanished, app.wrong);
    printf("left: owners: %d, descriptors: %d, children: %s\n",
           !TAILQ_EMPTY(&app.owners), descriptors() - before,
           waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? "none" : "some");
    return 0;
}
