/* See 2_scene.h. */
#include "2_scene.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Part of the machine. Owns its timer. */
struct job {
    struct machine *machine;
    long ms;
    const char *why;     /* it fails, or NULL */
    struct event *timer; /* pending while the job runs */
    job_callback callback;
    void *arg;
};

/* Lives in main. */
struct machine {
    struct event_base *base;
    struct job jobs[JOBS];
    int count, slots;
    int running, most; /* at once */
    long over[JOBS];   /* the ms of jobs that have ended, in that order */
    int over_count;
};

static void on_job_over(evutil_socket_t fd, short events, void *arg)
{
    struct job *job = arg;
    struct machine *machine = job->machine;
    char *words = job->why ? strdup(job->why) : NULL;

    (void)fd;
    (void)events;
    machine->running--;
    machine->over[machine->over_count++] = job->ms;
    if (job->why && !words)
        job->callback(0, "out of memory", job->arg);
    else
        job->callback(job->ms * job->ms, words, job->arg);
    free(words);
}

const char *job_begin(struct machine *machine, int number,
                      job_callback callback, void *arg)
{
    struct job *job = &machine->jobs[number];
    const struct timeval time = {job->ms / 1000, job->ms % 1000 * 1000};

    if (job->ms == 0)
        return "it takes no time";
    job->callback = callback;
    job->arg = arg;
    job->timer = evtimer_new(machine->base, on_job_over, job);
    if (!job->timer || evtimer_add(job->timer, &time) < 0)
        return "out of memory";
    if (++machine->running > machine->most)
        machine->most = machine->running;
    return NULL;
}

/* Reads "2 50 20:burnt …". Returns 0; on failure returns -1. */
static int parse(struct machine *machine, int argc, char **argv)
{
    char *end;

    machine->slots = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 0;
    machine->count = argc - 2;
    if (machine->slots < 1 || machine->count > JOBS)
        return -1;
    for (int i = 0; i < machine->count; i++) {
        struct job *job = &machine->jobs[i];

        job->machine = machine;
        job->ms = strtol(argv[i + 2], &end, 10);
        job->why = *end == ':' && end[1] ? end + 1 : NULL;
        if (end == argv[i + 2] || (*end && !job->why) || job->ms < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct machine machine = {0};
    struct batch *batch;
    int status = 1;

    if (parse(&machine, argc, argv) < 0) {
        fputs("usage: 2_batch SLOTS MS[:WHY]...\n", stderr);
        return 2;
    }
    machine.base = event_base_new();
    if (!machine.base)
        return 1;
    batch = batch_new(machine.base, &machine, machine.count, machine.slots);
    if (batch) {
        if (batch_start(batch) == 0 && event_base_dispatch(machine.base) < 0)
            fputs("2_batch: the event loop failed\n", stderr);
        status = batch_end(batch);
    }
    fprintf(stderr, "2_batch: %d at once at most; over:", machine.most);
    for (int i = 0; i < machine.over_count; i++)
        fprintf(stderr, " %ld", machine.over[i]);
    fputs("\n", stderr);

    for (int i = 0; i < machine.count; i++) {
        if (machine.jobs[i].timer)
            event_free(machine.jobs[i].timer);
    }
    event_base_free(machine.base);
    libevent_global_shutdown();
    return status;
}
