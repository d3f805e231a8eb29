/* task_main.c — the first and the last lines of a program of tasks; task_main.h
 * is the manual. */
#include "task_main.h"
#include <err.h>
#include <stdio.h>
#include <unistd.h>

/* May the program say that all went well? If an earlier write failed, errno is
 * another call's by now: an empty one tells the reason, or none can be told. */
static bool output_is_written(void)
{
    if (fflush(stdout) == 0) {
        if (!ferror(stdout))
            return true;
        if (write(fileno(stdout), "", 0) == 0) {
            warnx("cannot write the result");
            return false;
        }
    }
    warn("cannot write the result");
    return false;
}

int task_main(struct task *main_task, void (*run)(struct task *me))
{
    struct event_base *base = event_base_new();
    struct task_loop loop = {0};
    int status = 1;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!base || task_loop_init(&loop, base) < 0) {
        warnx("cannot make an event loop: out of resources");
        goto cleanup;
    }
    task_create(&loop, main_task, run, "main");
    if (task_run(&loop, main_task) < 0) /* which has reported the reason */
        goto cleanup;
    status = output_is_written() ? 0 : 1;

cleanup:
    task_loop_free(&loop);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
