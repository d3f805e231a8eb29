/* many — what tasks cost: creates many, lets them sleep, lets them yield.
 *
 * Twin:   many.py (asyncio, or uvloop), which prints its own figures
 * Build:  cc -Imodules -o many many.c modules/await.c modules/group.c modules/heap.c modules/task_loop.c modules/task_main.c $(pkg-config --cflags --libs libevent)
 * Run:    ./many -n 1000 -k 100
 * Prints: bytes a task (resident, asleep), timers/s, switches/s
 *
 * First every task sleeps once: created, into the heap, out of it, done. How
 * much more memory is resident when all are asleep, divided by their number, is
 * what a task takes: its struct, its timer, its locals and what malloc adds.
 * Then as many tasks yield SWITCHES times each: a switch is to leave a task and
 * to come back to it. Rates are per second of processor time, so that other
 * programs disturb them less.
 */
#include "group.h"
#include "task_main.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* One of the many: owned by its group, which frees it. */
struct one {
    struct task task;
    int left; /* yields to go */
};

/* Main. What it was asked for, and what it has measured. */
struct program {
    struct task task;
    struct group group;
    long tasks, switches;
    long resident; /* bytes, before the tasks */
    double began;  /* processor time */
    double bytes, timers, switched;
};

static double processor_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Bytes of memory that this process has in use, or 0 if nobody can tell. */
static long resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128], *second = NULL;

    if (!file)
        return 0;
    if (fgets(line, sizeof line, file))
        second = strchr(line, ' '); /* in pages; the first is its size */
    fclose(file);
    return second ? strtol(second, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

/* Sleeps once, for 0.1 s and up to a µs for each task there is. */
static void sleeper_run(struct task *me)
{
    struct one *self = (struct one *)me;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 100 * TASK_MS + self->left));
    TASK_END(me);
}

static void yielder_run(struct task *me)
{
    struct one *self = (struct one *)me;

    TASK_BEGIN(me);
    while (self->left-- > 0)
        AWAIT(me, task_sleep(me, 0));
    TASK_END(me);
}

static void one_free(struct task *task)
{
    free(task);
}

/* Creates that many tasks in the group. Returns 0, or -1 without memory. */
static int create_tasks(struct program *self, void (*run)(struct task *me))
{
    unsigned random = 1;

    for (long i = 0; i < self->tasks; i++) {
        struct one *one = malloc(sizeof *one);

        if (!one)
            return -1;
        random = random * 1664525 + 1013904223; /* the same in each run */
        one->left =
            run == yielder_run
                ? (int)self->switches
                : (int)((double)random / 4294967296.0 * (double)self->tasks);
        group_create(&self->group, &one->task, run, "one");
    }
    return 0;
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    group_init(&self->group, me, one_free);

    self->resident = resident();
    self->began = processor_time();
    if (create_tasks(self, sleeper_run) < 0)
        TASK_FAIL(me, TASK_NO_MEMORY);
    AWAIT(me, task_sleep(me, 0)); /* behind them: now all are asleep */
    self->bytes = (double)(resident() - self->resident) / (double)self->tasks;
    AWAIT(me, group_join(me, &self->group));
    self->timers = (double)self->tasks / (processor_time() - self->began);

    if (create_tasks(self, yielder_run) < 0)
        TASK_FAIL(me, TASK_NO_MEMORY);
    AWAIT(me, task_sleep(me, 0)); /* all have begun, and yielded once */
    self->began = processor_time();
    AWAIT(me, group_join(me, &self->group));
    self->switched = (double)self->tasks * (double)(self->switches - 1) /
                     (processor_time() - self->began);

    TASK_FINALLY(me);
    group_cancel(&self->group);
    AWAIT(me, group_join(me, &self->group));
    TASK_END(me);
}

/* A number from `least` to a thousand million, or 0. */
static long number(const char *text, long least)
{
    char *end;
    long value = strtol(text, &end, 10);

    return *end == '\0' && value >= least && value <= 1000000000 ? value : 0;
}

int main(int argc, char **argv)
{
    const char *usage = "usage: many [-h] [-n TASKS] [-k SWITCHES]";
    struct program program = {.tasks = 100000, .switches = 10};

    for (int i = 1; i < argc; i++) {
        bool tasks = !strcmp(argv[i], "-n"), switches = !strcmp(argv[i], "-k");
        long value = 0;

        if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
            printf("%s\nWhat tasks cost: memory, timers, switches.\n"
                   "  -n TASKS     how many (100000)\n"
                   "  -k SWITCHES  of each, 2 at least (10)\n",
                   usage);
            return fflush(stdout) != 0 || ferror(stdout);
        }
        if ((tasks || switches) && argv[i + 1])
            value = number(argv[++i], tasks ? 1 : 2);
        if (value == 0) {
            fprintf(stderr, "many: unexpected '%s': %s\n", argv[i], usage);
            return 2;
        }
        *(tasks ? &program.tasks : &program.switches) = value;
    }

    if (task_main(&program.task, program_run) != 0)
        return 1;
    printf("tasks        %ld\nbytes/task   %.0f\ntimers/s     %.0f\n"
           "switches/s   %.0f\n",
           program.tasks, program.bytes, program.timers, program.switched);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("many: cannot write the figures");
        return 1;
    }
    return 0;
}
