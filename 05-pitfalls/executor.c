/* executor — a computation on the loop stalls it; in a process or a thread not.
 *
 * Twin:   executor.py (run_in_executor, ProcessPoolExecutor, ThreadPoolExecutor)
 * Build:  cc -o executor executor.c process_pool.c thread_pool.c $(pkg-config --cflags --libs libevent libevent_pthreads) -pthread
 * Run:    ./executor          or: ./executor threads, ./executor broken
 * Prints: Result: 499999500000
 *
 * Sums 0 … 999,999 while a timer of 10 ms beats on the loop. The longest gap
 * between two beats, on stderr, is what every client of a server would have
 * felt. Try it with -n 1000000000.
 */
#include "process_pool.h"
#include "thread_pool.h"

#include <errno.h>
#include <event2/thread.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum scene { PROCESSES, THREADS, BROKEN };

/* Lives in main. */
struct app {
    enum scene scene;
    long workers, jobs, upto, done;
    struct event_base *base;
    struct event *heartbeat, *start;
    struct process_pool *processes;
    struct thread_pool *threads;
    double last_beat, longest_gap; /* seconds */
    long beats;
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
    app->beats++;
}

static void on_result(uint64_t result, const char *error, void *arg)
{
    struct app *app = arg;

    if (error) {
        fprintf(stderr, "executor: a job failed: %s\n", error);
        app->failed = true;
    } else {
        printf("Result: %" PRIu64 "\n", result);
    }
    if (++app->done == app->jobs)
        event_base_loopbreak(app->base);
}

/* On the loop: hands the jobs over, or (broken) does them itself. */
static void on_start(evutil_socket_t fd, short events, void *arg)
{
    struct app *app = arg;
    uint64_t upto = (uint64_t)app->upto;

    (void)fd;
    (void)events;
    for (long i = 0; i < app->jobs; i++) {
        if (app->scene == BROKEN)
            on_result(sum(upto), NULL, app);
        else if ((app->scene == PROCESSES
                      ? process_pool_submit(app->processes, upto, on_result,
                                            app)
                      : thread_pool_submit(app->threads, sum, upto, on_result,
                                           app)) < 0)
            on_result(0, "out of memory", app);
    }
}

/* Makes pools, base and events in the order they need: processes are forked
 * before there is a base or a thread. Returns 0, or -1 with the reason said. */
static int prepare(struct app *app)
{
    const struct timeval beat = {0, 10000};
    struct event_config *config = NULL;

    if (app->scene == PROCESSES) {
        app->processes = process_pool_new(sum, (int)app->workers);
        if (!app->processes) {
            fprintf(stderr, "executor: cannot start %ld processes: %s\n",
                    app->workers, strerror(errno));
            return -1;
        }
    }
    if (app->scene == THREADS && evthread_use_pthreads() < 0) {
        fputs("executor: libevent cannot use threads here\n", stderr);
        return -1;
    }
    config = event_config_new();
    if (config) { /* the default clock is too coarse for a heartbeat */
        event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
        app->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    if (app->base) {
        app->heartbeat =
            event_new(app->base, -1, EV_PERSIST, on_heartbeat, app);
        app->start = event_new(app->base, -1, 0, on_start, app);
    }
    if (!app->heartbeat || !app->start ||
        event_add(app->heartbeat, &beat) < 0 ||
        (app->processes && process_pool_attach(app->processes, app->base))) {
        fputs("executor: cannot make the loop: out of resources\n", stderr);
        return -1;
    }
    if (app->scene == THREADS) {
        app->threads = thread_pool_new(app->base, (int)app->workers);
        if (!app->threads) {
            fprintf(stderr, "executor: cannot start %ld threads\n",
                    app->workers);
            return -1;
        }
    }
    return 0;
}

static void app_free(struct app *app)
{
    if (app->threads)
        thread_pool_free(app->threads);
    if (app->processes)
        process_pool_free(app->processes);
    if (app->heartbeat)
        event_free(app->heartbeat);
    if (app->start)
        event_free(app->start);
    if (app->base)
        event_base_free(app->base);
    libevent_global_shutdown();
}

/* Reads a whole number from 1 to max, or says what is wrong with it. */
static bool parse_number(int option, const char *text, long max, long *number)
{
    char *end;

    errno = 0;
    *number = strtol(text, &end, 10);
    if (errno == 0 && end != text && !*end && *number >= 1 && *number <= max)
        return true;
    fprintf(stderr, "executor: -%c '%s': not a number from 1 to %ld\n", option,
            text, max);
    return false;
}

static const char usage[] = "usage: executor [-w WORKERS] [-j JOBS] [-n UPTO] "
                            "[-h] [processes|threads|broken]\n";
static const char help[] =
    "Sums 0 … UPTO - 1 in worker processes (also called fixed), in threads, "
    "or\n"
    "(broken) on the loop; says the longest gap of a 10 ms heartbeat.\n"
    "  -w WORKERS  how many processes or threads (as there are cores)\n"
    "  -j JOBS     how many sums (1)\n"
    "  -n UPTO     how many numbers a sum has (1000000)\n"
    "  -h, --help  print this\n";

/* Returns 0 to go on, 1 after the help, 2 after wrong usage. */
static int parse_arguments(struct app *app, int argc, char **argv)
{
    static const struct option longer[] = {{"help", 0, NULL, 'h'}, {0}};
    const char *scene = "processes";
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "w:j:n:h", longer, NULL)) != -1) {
        bool good = true;

        if (option == 'w')
            good = parse_number('w', optarg, 1024, &app->workers);
        else if (option == 'j')
            good = parse_number('j', optarg, 1000000, &app->jobs);
        else if (option == 'n')
            good = parse_number('n', optarg, 6000000000, &app->upto);
        else if (option == 'h')
            return printf("%s%s", usage, help) > 0 ? 1 : 2;
        else {
            fprintf(stderr, "executor: wrong option or no value: %s: %s",
                    argv[optind - 1], usage);
            return 2;
        }
        if (!good)
            return 2;
    }
    if (optind < argc)
        scene = argv[optind++];
    if (!strcmp(scene, "threads")) {
        app->scene = THREADS;
    } else if (!strcmp(scene, "broken")) {
        app->scene = BROKEN;
    } else if (strcmp(scene, "processes") != 0 && strcmp(scene, "fixed") != 0) {
        fprintf(stderr, "executor: unknown scene '%s': %s", scene, usage);
        return 2;
    }
    if (optind < argc) {
        fprintf(stderr, "executor: unexpected '%s': %s", argv[optind], usage);
        return 2;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct app app = {.jobs = 1, .upto = 1000000};
    int status = 1, wrong;

    app.workers = sysconf(_SC_NPROCESSORS_ONLN);
    if (app.workers < 1)
        app.workers = 1;
    wrong = parse_arguments(&app, argc, argv);
    if (wrong)
        return wrong == 1 ? fflush(stdout) != 0 : 2;

    if (prepare(&app) == 0) {
        app.last_beat = now();
        event_active(app.start, 0, 0);
        if (event_base_dispatch(app.base) < 0 || app.done < app.jobs) {
            fputs("executor: the loop ended before the jobs\n", stderr);
            app.failed = true;
        }
        on_heartbeat(-1, 0, &app); /* the gap that is open at the end */
        fprintf(stderr,
                "executor: longest gap of the 10 ms heartbeat: %.1f ms%s\n",
                app.longest_gap * 1000,
                app.beats > 1 || app.longest_gap > 0.01
                    ? ""
                    : " (over before its first beat: try a larger -n)");
        if (fflush(stdout) != 0)
            perror("executor: cannot write the result");
        else if (!app.failed)
            status = 0;
    }
    app_free(&app);
    return status;
}
