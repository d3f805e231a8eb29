/* 4_scene — the program around the worker of 4_ctrl_c.c; see 4_scene.h. */
#include "4_scene.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct work work = {0};
    struct event_base *base;
    struct worker *worker;

    if (argc == 3) {
        work.jobs = strtol(argv[1], NULL, 10);
        work.ms = strtol(argv[2], NULL, 10);
    }
    if (work.jobs < 1 || work.ms < 1) {
        fputs("usage: 4_ctrl_c JOBS MS\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    worker = base ? worker_new(base, &work) : NULL;
    if (!worker || event_base_dispatch(base) < 0) {
        fputs("4_ctrl_c: failed\n", stderr);
        work.status = 1;
    } else {
        printf("%ld of %ld done\n", work.done, work.jobs);
    }
    if (worker)
        worker_free(worker);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return work.status;
}
