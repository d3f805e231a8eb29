/* executor — a computation on the loop stalls it; in a process or a thread not.
 *
 * Twin:   executor.py (run_in_executor, ProcessPoolExecutor, ThreadPoolExecutor)
 * Build:  cc -Imodules -I../02-sockets/modules -I../03-tasks/modules -o executor executor.c modules/fork_server.c modules/job.c modules/process_pool.c modules/run_in_executor.c modules/thread_pool.c modules/workers.c ../02-sockets/modules/limits.c ../02-sockets/modules/options.c ../03-tasks/modules/await.c ../03-tasks/modules/group.c ../03-tasks/modules/heap.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:    ./executor          or: ./executor threads, ./executor broken
 * Prints: Result: 499999500000
 *
 * Sums 0 … 999,999 while a task beats every 10 ms on the loop. The longest gap
 * between two beats, on stderr, is what every client of a server would have felt.
 * Try it with -n 1000000000.
 */
#include "group.h"
#include "limits.h"
#include "options.h"
#include "run_in_executor.h"
#include "task_main.h"

#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum scene { PROCESSES, THREADS, BROKEN, FIXED, SCENES };
static const char *const scene_names[] = {"processes", "threads", "broken",
                                          "fixed"};

enum {
    CAPACITY = 256
}; /* jobs in the pool at once: the others wait for room */

/* The job: sum(range(n)), in the place of n. `volatile` keeps the compiler from
 * knowing the formula: this stands for real work. */
static void compute(void *argument)
{
    uint64_t *n = argument;
    volatile uint64_t total = 0;

    for (uint64_t i = 0; i < *n; i++)
        total = total + i;
    *n = total;
}

struct heartbeat {
    struct task task;
    int64_t last, longest_gap; /* microseconds */
};

static void beat(struct heartbeat *self)
{
    int64_t now = task_loop_now();

    if (now - self->last > self->longest_gap)
        self->longest_gap = now - self->last;
    self->last = now;
}

static void heartbeat_run(struct task *me)
{
    struct heartbeat *self = (struct heartbeat *)me;

    TASK_BEGIN(me);
    self->last = task_loop_now();
    while (true) {
        AWAIT(me, task_sleep(me, 10 * TASK_MS));
        beat(self);
    }
    TASK_FINALLY(me);
    beat(self); /* the gap that is open at the end */
    TASK_END(me);
}

/* Adds up `number` numbers, and leaves the sum there. */
struct sum {
    struct task task;
    struct executor *executor; /* NULL: broken, on the loop */
    struct executor_call call;
    uint64_t number;
};

static void sum_run(struct task *me)
{
    struct sum *self = (struct sum *)me;

    TASK_BEGIN(me);
    if (self->executor)
        AWAIT(me, run_in_executor(me, self->executor, &self->call, compute,
                                  &self->number, sizeof self->number));
    else
        compute(&self->number);
    TASK_END(me);
}

/* Lives in main. */
struct program {
    struct task task;
    enum scene scene;
    long workers, jobs, n;
    struct process_pool *processes; /* owned; forked before there is a base */
    struct thread_pool *threads;    /* owned */
    struct executor executor;
    struct heartbeat heartbeat;
    struct sum *sums;    /* owned: a task for each job */
    struct task **tasks; /* owned: their addresses, for gather */
    struct gather gather;
    int64_t began, ended; /* microseconds */
    bool failed;
};

/* with pool: … Returns false on failure; errno says which resource is lacking. */
static bool pool_open(struct program *self, struct event_base *base)
{
    if (self->scene == PROCESSES) {
        executor_of_processes(&self->executor, self->processes);
        return process_pool_attach(self->processes, base) == 0;
    }
    self->threads = thread_pool_new(base, (int)self->workers, CAPACITY);
    if (self->threads)
        executor_of_threads(&self->executor, self->threads);
    return self->threads;
}

static void pool_close(struct program *self)
{
    if (self->threads)
        thread_pool_free(self->threads);
    if (self->processes)
        process_pool_free(self->processes);
    self->processes = NULL;
}

static void create_sum(struct program *self, long i, struct task_loop *loop)
{
    self->sums[i].executor = self->scene == BROKEN ? NULL : &self->executor;
    self->sums[i].number = (uint64_t)self->n;
    self->tasks[i] = &self->sums[i].task;
    task_create(loop, self->tasks[i], sum_run, "sum");
}

static void print_result(struct program *self, long i)
{
    const char *error = task_error(self->tasks[i]);

    if (error)
        warnx("a job failed: %s", error);
    else
        printf("Result: %" PRIu64 "\n", self->sums[i].number);
    self->failed = self->failed || error;
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *cancelled;

    TASK_BEGIN(me);
    task_create(me->loop, &self->heartbeat.task, heartbeat_run, "heartbeat");
    AWAIT(me, task_sleep(me, 0));
    self->sums = calloc((size_t)self->jobs, sizeof *self->sums);
    self->tasks = calloc((size_t)self->jobs, sizeof(struct task *));
    if (!self->sums || !self->tasks)
        TASK_FAIL(me, TASK_NO_MEMORY);
    if (self->scene != BROKEN && !pool_open(self, me->loop->base)) {
        warn("cannot start %ld %s", self->workers, scene_names[self->scene]);
        self->failed = true;
        TASK_RETURN(me);
    }
    self->began = task_loop_now();
    for (long i = 0; i < self->jobs; i++)
        create_sum(self, i, me->loop);
    AWAIT(me, gather_all(me, &self->gather, self->tasks, (size_t)self->jobs));
    self->ended = task_loop_now();
    for (long i = 0; i < self->jobs; i++)
        print_result(self, i);
    task_cancel(&self->heartbeat.task);
    AWAIT_CATCH(me, cancelled, task_await(me, &self->heartbeat.task));
    (void)cancelled;
    warnx("%ld jobs in %.3f s, longest gap of the 10 ms heartbeat: %.1f ms",
          self->jobs, (double)(self->ended - self->began) / TASK_SECOND,
          (double)self->heartbeat.longest_gap / TASK_MS);
    TASK_FINALLY(me);
    pool_close(self);
    free(self->sums);
    free(self->tasks);
    TASK_END(me);
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
    static const struct option long_options[] = {{"help", 0, NULL, 'h'}, {0}};
    struct program program = {.jobs = 1, .n = 1000000};
    int option = -1, status, scene = 0;
    bool good = true;

    program.workers = limits_processors();
    opterr = 0;
    while (good && (option = getopt_long(argc, argv, "w:j:n:h", long_options,
                                         NULL)) != -1) {
        if (option == 'w')
            good = options_number("-w", optarg, 1, 1024, &program.workers);
        else if (option == 'j')
            good = options_number("-j", optarg, 1, 1000000, &program.jobs);
        else if (option == 'n')
            good = options_number("-n", optarg, 1, 6000000000, &program.n);
        else if (option == 'h')
            return printf("%s%s", usage, help) < 0 || fflush(stdout);
        else
            break; /* optind is behind it */
    }
    if (!good)
        return 2;
    if (option != -1 || optind + 1 < argc) {
        fprintf(stderr, "executor: unexpected, or without its value: '%s': %s",
                option == -1 ? argv[optind + 1] : options_refused(option, argv),
                usage);
        return 2;
    }
    while (optind < argc && scene < SCENES &&
           strcmp(argv[optind], scene_names[scene]) != 0)
        scene++;
    if (scene == SCENES) {
        fprintf(stderr, "executor: unknown scene '%s': %s", argv[optind],
                usage);
        return 2;
    }
    program.scene = scene == FIXED ? PROCESSES : (enum scene)scene;
    if (program.scene == PROCESSES)
        program.processes =
            process_pool_new((int)program.workers, CAPACITY, sizeof(uint64_t));
    if (program.scene == PROCESSES && !program.processes)
        err(1, "cannot start %ld processes", program.workers);
    status = task_main(&program.task, program_run);
    if (program.processes) /* no task could run */
        process_pool_free(program.processes);
    return status || program.failed;
}
