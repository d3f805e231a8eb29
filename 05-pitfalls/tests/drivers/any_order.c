/* any_order — many jobs are cancelled in three orders: none may cost much more
 * than the asking did.
 *
 * Build: cc -I../../modules -o any_order any_order.c ../../modules/fork_server.c ../../modules/job.c ../../modules/process_pool.c ../../modules/thread_pool.c ../../modules/workers.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./any_order SCENE [NUMBER]
 *
 *   threads    jobs of a thread_pool, whose only worker is busy
 *   processes  jobs of a process_pool, whose only worker is busy
 *
 * Prints how many times the processor time of the asking each order took.
 */
#include "process_pool.h"
#include "thread_pool.h"

#include <err.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum order { OLDEST_FIRST, NEWEST_FIRST, NO_ORDER, ORDERS };

static struct scene {
    const char *name;
    int number;
    struct event_base *base;
    struct thread_pool *threads;
    struct process_pool *processes;
    struct job busy, *jobs;
    int gate[2]; /* a pipe: the busy worker waits for its end */
} scene;

static bool plays(const char *name)
{
    return strcmp(scene.name, name) == 0;
}

static double processor_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Which of them is the i-th in that order. 7919 is a prime, so that each comes
 * once where their number is no multiple of it. */
static int chosen(enum order order, int i)
{
    if (order == OLDEST_FIRST)
        return i;
    if (order == NEWEST_FIRST)
        return scene.number - 1 - i;
    return (int)((int64_t)i * 7919 % scene.number);
}

static void wait_for_end(void *byte)
{
    alarm(60); /* a process that is forgotten ends all the same */
    (void)!read(scene.gate[0], byte, 1);
}

static int done;

static void on_done(const char *error, void *arg)
{
    (void)error;
    (void)arg;
    done++;
}

static void submit(struct job *job)
{
    static char byte;

    *job = (struct job){.function = wait_for_end,
                        .argument = &byte,
                        .size = 1,
                        .done = on_done};
    if ((scene.threads ? thread_pool_submit(scene.threads, job)
                       : process_pool_submit(scene.processes, job)) < 0)
        err(1, "cannot ask");
}

static void cancel(int i)
{
    if (scene.threads)
        thread_pool_cancel(scene.threads, &scene.jobs[i]);
    else
        process_pool_cancel(scene.processes, &scene.jobs[i]);
}

static void play(enum order order)
{
    double begin = processor_ms(), asked;

    for (int i = 0; i < scene.number; i++)
        submit(&scene.jobs[i]);
    asked = processor_ms();
    for (int i = 0; i < scene.number; i++)
        cancel(chosen(order, i));
    printf("%s: %.1f times\n",
           order == OLDEST_FIRST   ? "oldest first"
           : order == NEWEST_FIRST ? "newest first"
                                   : "in no order",
           (processor_ms() - asked) / (asked - begin));
    for (done = 0; done < scene.number;)
        event_base_loop(scene.base, EVLOOP_ONCE);
}

/* Makes what is asked for, and keeps it busy. */
static void begin(void)
{
    if (plays("threads"))
        scene.threads = thread_pool_new(scene.base, 1, scene.number + 1);
    if (!scene.threads && process_pool_attach(scene.processes, scene.base) < 0)
        err(1, "no worker");
    submit(&scene.busy);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        errx(2, "usage: any_order SCENE [NUMBER]");
    scene.name = argv[1];
    scene.number = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 40000;
    if (pipe(scene.gate) < 0)
        err(1, "no pipe");
    if (plays("processes")) {
        scene.processes = process_pool_new(1, scene.number + 1, 1);
        if (!scene.processes)
            err(1, "no process");
    }
    scene.base = event_base_new();
    scene.jobs = calloc((size_t)scene.number, sizeof *scene.jobs);
    if (!scene.base || !scene.jobs)
        errx(1, "out of memory");
    begin();
    for (enum order order = 0; order < ORDERS; order++)
        play(order);
    close(scene.gate[1]);
    if (scene.threads)
        thread_pool_free(scene.threads);
    if (scene.processes)
        process_pool_free(scene.processes);
    close(scene.gate[0]);
    free(scene.jobs);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return 0;
}
