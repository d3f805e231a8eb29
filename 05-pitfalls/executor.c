/* executor — a computation on the loop stalls it; in a process or a thread not.
 *
 * Twin:   executor.py (run_in_executor, ProcessPoolExecutor, ThreadPoolExecutor)
 * Build:  cc -Imodules -I../02-sockets/modules -o executor executor.c modules/crew.c modules/fork_server.c modules/process_pool.c modules/thread_pool.c ../02-sockets/modules/limits.c ../02-sockets/modules/options.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:    ./executor          or: ./executor threads, ./executor broken
 * Prints: Result: 499999500000
 *
 * Sums 0 … 999,999 while a timer of 10 ms beats on the loop. The longest gap
 * between two beats, on stderr, is what every client of a server would have
 * felt. Try it with -n 1000000000.
 */
#include "limits.h"
#include "options.h"
#include "process_pool.h"
#include "thread_pool.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum scene { PROCESSES, THREADS, BROKEN };

enum { LIMIT = 256 }; /* jobs in the pool at once: more would only wait there */

/* Lives in main. */
struct app {
    enum scene scene;
    int64_t workers, jobs, upto, given, done;
    struct event_base *base;
    struct event *heartbeat;
    struct process_pool *processes;
    struct thread_pool *threads;
    double began, last_beat, longest_gap; /* seconds */
    bool failed;
};

static double now(void)
{
    struct timespec time = {0};

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The job: sum(range(upto)). `volatile` keeps the compiler from knowing the
 * formula: this stands for real work. */
static uint64_t sum(uint64_t upto)
{
    volatile uint64_t total = 0;

    for (uint64_t i = 0; i < upto; i++)
        total = total + i;
    return total;
}

static void on_heartbeat(evutil_socket_t fd, short events, void *arg)
{
    struct app *app = arg;
    double time = now();

    (void)fd;
    (void)events;
    if (time - app->last_beat > app->longest_gap)
        app->longest_gap = time - app->last_beat;
    app->last_beat = time;
}

/* Prints a job's outcome; the last one ends the loop. */
static void report(struct app *app, uint64_t result, const char *error)
{
    if (error)
        fprintf(stderr, "executor: a job failed: %s\n", error);
    else
        printf("Result: %" PRIu64 "\n", result);
    app->failed = app->failed || error;
    if (++app->done == app->jobs)
        event_base_loopbreak(app->base); /* loopexit may lack memory */
}

static void on_result(uint64_t result, const char *error, void *arg);

/* Gives the pool as many jobs as it takes; the others wait here, not there. In
 * the broken scene the loop does them itself. */
static void give(struct app *app)
{
    uint64_t n = (uint64_t)app->upto;
    bool taken = true;

    for (; app->given < app->jobs; app->given++) {
        if (app->scene == BROKEN)
            report(app, sum(n), NULL);
        else if (app->scene == PROCESSES)
            taken = process_pool_submit(app->processes, n, on_result, app);
        else
            taken = thread_pool_submit(app->threads, n, on_result, app);
        if (!taken && errno == EAGAIN)
            return; /* full */
        if (!taken)
            report(app, 0, strerror(errno));
    }
}

/* A job is answered, so there is room for the next one. */
static void on_result(uint64_t result, const char *error, void *arg)
{
    report(arg, result, error);
    give(arg);
}

static void on_start(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    give(arg);
}

/* Makes pools, base and events in the order they need: processes are forked
 * before there is a base or a thread. Returns 0, or -1 with the reason said. */
static int prepare(struct app *app)
{
    const struct timeval beat = {0, 10000};
    struct event_config *config = NULL;

    if (app->scene == PROCESSES &&
        !(app->processes = process_pool_new(sum, (int)app->workers, LIMIT))) {
        fprintf(stderr, "executor: cannot start %" PRId64 " processes: %s\n",
                app->workers, strerror(errno));
        return -1;
    }
    config = event_config_new();
    if (config) { /* the default clock is too coarse for a heartbeat */
        event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
        app->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    if (app->base)
        app->heartbeat =
            event_new(app->base, -1, EV_PERSIST, on_heartbeat, app);
    if (!app->heartbeat || event_add(app->heartbeat, &beat) < 0 ||
        event_base_once(app->base, -1, EV_TIMEOUT, on_start, app, NULL) < 0 ||
        (app->processes && process_pool_attach(app->processes, app->base))) {
        fputs("executor: cannot make the loop: out of resources\n", stderr);
        return -1;
    }
    if (app->scene == THREADS &&
        !(app->threads =
              thread_pool_new(app->base, sum, (int)app->workers, LIMIT))) {
        fprintf(stderr, "executor: cannot start %" PRId64 " threads: %s\n",
                app->workers, strerror(errno));
        return -1;
    }
    return 0;
}

/* Runs the loop till all jobs are answered. Returns the exit status. */
static int run(struct app *app)
{
    app->began = app->last_beat = now();
    if (event_base_dispatch(app->base) < 0 || app->done < app->jobs)
        report(app, 0, "the loop ended before it");
    on_heartbeat(-1, 0, app); /* the gap that is open at the end */
    fprintf(stderr,
            "executor: %" PRId64 " jobs in %.3f s, "
            "longest gap of the 10 ms heartbeat: %.1f ms\n",
            app->done, app->last_beat - app->began, app->longest_gap * 1000);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("executor: cannot write the result");
        return 1;
    }
    return app->failed;
}

/* Reads a whole number from 1 to max, or says what is wrong with it. */
static bool parse_number(int option, const char *text, int64_t max,
                         int64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoll(text, &end, 10);
    if (errno == 0 && end != text && !*end && *number >= 1 && *number <= max)
        return true;
    fprintf(stderr, "executor: -%c '%s': not a number from 1 to %" PRId64 "\n",
            option, text, max);
    return false;
}

static const char usage[] = "usage: executor [-w WORKERS] [-j JOBS] [-n UPTO] "
                            "[-h] [processes|threads|broken]\n";
static const char help[] =
    "Sums 0 … UPTO - 1 in worker processes (called fixed, too), in threads or\n"
    "(broken) on the loop; says the longest gap of a 10 ms heartbeat.\n"
    "  -w WORKERS  how many processes or threads (what nproc prints)\n"
    "  -j JOBS     how many sums (1)\n"
    "  -n UPTO     how many numbers a sum has (1000000)\n"
    "  -h, --help  print this\n";

int main(int argc, char **argv)
{
    static const struct option longer[] = {{"help", 0, NULL, 'h'}, {0}};
    struct app app = {.jobs = 1, .upto = 1000000};
    const char *scene;
    int option, status = 1;
    bool good = true;

    app.workers = limits_processors();
    opterr = 0;
    while ((option = getopt_long(argc, argv, "w:j:n:h", longer, NULL)) != -1) {
        if (option == 'w')
            good = parse_number('w', optarg, 1024, &app.workers);
        else if (option == 'j')
            good = parse_number('j', optarg, 1000000, &app.jobs);
        else if (option == 'n')
            good = parse_number('n', optarg, 6000000000, &app.upto);
        else if (option == 'h')
            return printf("%s%s", usage, help) < 0 || fflush(stdout);
        else
            break; /* optind is behind it */
        if (!good)
            return 2;
    }
    scene = optind < argc ? argv[optind] : "processes";
    app.scene = !strcmp(scene, "threads")  ? THREADS
                : !strcmp(scene, "broken") ? BROKEN
                                           : PROCESSES;
    if (option != -1 || optind + 1 < argc) {
        fprintf(stderr, "executor: unexpected, or without its value: '%s': %s",
                option == -1 ? argv[optind + 1] : options_refused(option, argv),
                usage);
        return 2;
    }
    if (app.scene == PROCESSES && strcmp(scene, "processes") != 0 &&
        strcmp(scene, "fixed") != 0) {
        fprintf(stderr, "executor: unknown scene '%s': %s", scene, usage);
        return 2;
    }
    if (prepare(&app) == 0)
        status = run(&app);
    if (app.threads) /* pools and events before their base */
        thread_pool_free(app.threads);
    if (app.processes)
        process_pool_free(app.processes);
    if (app.heartbeat)
        event_free(app.heartbeat);
    if (app.base)
        event_base_free(app.base);
    libevent_global_shutdown();
    return status;
}
