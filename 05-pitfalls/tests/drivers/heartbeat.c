/* heartbeat — a pool of workers in the tightest loop there is, and beside it a
 * timer that is due in every pass: does the timer get its turn?
 *
 * Build: cc -I../../modules -o heartbeat heartbeat.c ../../modules/fork_server.c ../../modules/job.c ../../modules/process_pool.c ../../modules/thread_pool.c ../../modules/workers.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./heartbeat SCENE
 *
 *   threads    each result of a thread_pool submits the next job
 *   processes  each result of a process_pool submits the next job
 *   threads_cancel, processes_cancel: which it cancels at once; all workers are
 *              busy with something else
 *
 * Prints how many turns there were, and how many at most between two beats of
 * the timer. It ends even if the timer starves.
 */
#include "process_pool.h"
#include "thread_pool.h"

#include <err.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { JOBS = 400, WORKERS = 2, AT_ONCE = 4 };

static struct scene {
    const char *name;
    struct event_base *base;
    struct event *beat;
    struct thread_pool *threads;
    struct process_pool *processes;
    struct job jobs[AT_ONCE];
    int numbers[AT_ONCE];
    bool cancels;
    int gate[2]; /* a pipe: busy workers wait for its end */
    int enough, turns, since_beat, longest;
} scene;

/* Counts a turn. Returns whether there are more to come. */
static bool turn(void)
{
    scene.turns++;
    if (++scene.since_beat > scene.longest)
        scene.longest = scene.since_beat;
    if (scene.turns < scene.enough)
        return true;
    event_base_loopexit(scene.base, NULL);
    return false;
}

static void on_beat(evutil_socket_t fd, short events, void *arg)
{
    const struct timeval next_pass = {0, 0};

    (void)fd;
    (void)events;
    (void)arg;
    scene.since_beat = 0;
    if (event_add(scene.beat, &next_pass) < 0)
        errx(1, "out of memory");
}

static void do_nothing(void *number)
{
    (void)number;
}

static void wait_for_end(void *number)
{
    (void)!read(scene.gate[0], number, 1);
}

static void submit(struct job *job)
{
    if (scene.threads ? thread_pool_submit(scene.threads, job)
                      : process_pool_submit(scene.processes, job))
        errx(1, "a job is refused");
    if (!scene.cancels || job->function == wait_for_end)
        return;
    if (scene.threads)
        thread_pool_cancel(scene.threads, job);
    else
        process_pool_cancel(scene.processes, job);
}

static void on_done(const char *error, void *job)
{
    if (error && error != JOB_CANCELLED && scene.turns < scene.enough)
        errx(1, "%s", error);
    if (scene.turns < scene.enough && turn())
        submit(job);
}

/* What the scene is about. The processes are there before the event base. */
static void begin(void)
{
    if (strncmp(scene.name, "threads", 7) == 0)
        scene.threads = thread_pool_new(scene.base, WORKERS, AT_ONCE);
    else if (scene.processes &&
             process_pool_attach(scene.processes, scene.base) < 0)
        errx(1, "out of resources");
    scene.enough = JOBS;
    for (int i = 0; i < AT_ONCE; i++) {
        bool busy = scene.cancels && i < WORKERS;

        scene.jobs[i] =
            (struct job){.function = busy ? wait_for_end : do_nothing,
                         .argument = &scene.numbers[i],
                         .size = sizeof scene.numbers[i],
                         .done = on_done,
                         .arg = &scene.jobs[i]};
        submit(&scene.jobs[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: heartbeat SCENE");
    scene.name = argv[1];
    scene.cancels = strstr(scene.name, "_cancel") != NULL;
    if (pipe(scene.gate) < 0)
        err(1, "no pipe");
    if (strncmp(scene.name, "processes", 9) == 0) {
        scene.processes = process_pool_new(WORKERS, AT_ONCE, sizeof(int));
        if (!scene.processes)
            err(1, "no processes");
    }
    scene.base = event_base_new();
    if (!scene.base)
        errx(1, "out of resources");
    scene.beat = evtimer_new(scene.base, on_beat, NULL);
    if (!scene.beat)
        errx(1, "out of memory");
    begin();
    on_beat(-1, 0, NULL);
    event_base_dispatch(scene.base);
    printf("%d turns, at most %d between two beats\n", scene.turns,
           scene.longest);
    close(scene.gate[1]);
    if (scene.threads)
        thread_pool_free(scene.threads);
    if (scene.processes)
        process_pool_free(scene.processes);
    close(scene.gate[0]);
    event_free(scene.beat);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return 0;
}
