/* 2_scene.c — main, and the machine; 2_scene.h is the manual. */
#include "2_scene.h"
#include "task_main.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

/* Part of the machine. */
struct job {
    struct task_wait wait; /* must come first */
    struct machine *machine;
    long ms;
    const char *why;     /* it fails, or NULL */
    struct event *timer; /* pending while the job runs; owned */
    long *result;
};

/* Lives in main. */
struct machine {
    struct job jobs[JOBS];
    int count, slots;
    int running, most; /* at once */
};

static void job_stop(struct job *job)
{
    event_free(job->timer);
    job->timer = NULL;
    job->machine->running--;
}

/* Its task is cancelled, or has a deadline that passed: the job is stopped. */
static bool job_interrupt(struct task_wait *wait)
{
    job_stop((struct job *)wait);
    return true;
}

static void on_job_over(evutil_socket_t fd, short events, void *arg)
{
    struct job *job = arg;

    (void)fd;
    (void)events;
    fprintf(stderr, "2_batch: over: %ld\n", job->ms);
    if (!job->why)
        *job->result = job->ms * job->ms;
    job_stop(job);
    task_resume(job->wait.waiter, job->why);
}

bool machine_work(struct task *me, struct machine *machine, int number,
                  long *result)
{
    struct job *job = &machine->jobs[number];
    const struct timeval time = {job->ms / 1000, job->ms % 1000 * 1000};

    if (job->ms == 0)
        return task_ready(me, "it takes no time");
    if (job->timer)
        return task_ready(me, "it runs already");
    job->timer = evtimer_new(me->loop->base, on_job_over, job);
    if (!job->timer)
        return task_ready(me, TASK_NO_MEMORY);
    machine->running++;
    if (evtimer_add(job->timer, &time) < 0) {
        job_stop(job);
        return task_ready(me, TASK_NO_MEMORY);
    }
    job->result = result;
    if (machine->running > machine->most)
        machine->most = machine->running;
    return task_wait_on(me, &job->wait);
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
        job->wait.kind = "a job";
        job->wait.interrupt = job_interrupt;
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
    struct task *batch;
    int status;

    if (parse(&machine, argc, argv) < 0) {
        fputs("usage: 2_batch SLOTS MS[:WHY]...\n", stderr);
        return 2;
    }
    batch = batch_new(&machine, machine.count, machine.slots);
    if (!batch) {
        fputs("2_batch: out of memory\n", stderr);
        return 1;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* a line is seen at once */
    status = task_main(batch, batch_run);
    fprintf(stderr, "2_batch: %d at once at most\n", machine.most);
    free(batch);
    return status;
}
