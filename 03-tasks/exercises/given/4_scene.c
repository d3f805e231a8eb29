/* 4_scene.c — main, and the calls; 4_scene.h is the manual. */
#include "4_scene.h"
#include "group.h"
#include "task_main.h"
#include <stdio.h>
#include <stdlib.h>

/* async def call(limiter): asks, and begins, or gives up. */
struct call {
    struct task task;
    struct limiter *limiter; /* not owned */
    int number;
    int64_t asks, patience; /* µs since the start; µs, or 0: any */
    int64_t start;
    struct task *pass; /* owned by main's task */
};

static void call_run(struct task *me)
{
    struct call *self = (struct call *)me;
    const char *error;

    TASK_BEGIN(me);
    self->pass = pass_new(self->limiter);
    if (!self->pass)
        TASK_FAIL(me, TASK_NO_MEMORY);
    task_create(me->loop, self->pass, pass_run, "pass");
    AWAIT_CATCH(me, error,
                self->patience ? task_wait_for(me, self->pass, self->patience)
                               : task_await(me, self->pass));
    if (error == TASK_TIMED_OUT) {
        printf("call %d gave up\n", self->number);
        TASK_RETURN(me);
    }
    if (error)
        TASK_FAIL(me, error);
    fprintf(stderr, "%d %lld\n", self->number,
            (long long)(task_loop_now() - self->start));
    printf("call %d\n", self->number);
    TASK_END(me);
}

/* async def main() */
struct program {
    struct task task;
    struct limiter *limiter; /* owned */
    int most;
    int64_t window;
    struct group group;
    struct call calls[CALLS]; /* in the order in which they ask */
    int count, i;
    int64_t start;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    struct call *call;
    const char *error;

    TASK_BEGIN(me);
    group_init(&self->group, me, NULL);
    self->limiter = limiter_new(self->most, self->window);
    if (!self->limiter)
        TASK_FAIL(me, TASK_NO_MEMORY);
    self->start = task_loop_now();
    for (self->i = 0; self->i < self->count; self->i++) {
        while (self->start + self->calls[self->i].asks > task_loop_now())
            AWAIT(me, task_sleep(me, self->start + self->calls[self->i].asks -
                                         task_loop_now()));
        call = &self->calls[self->i];
        call->number = self->i + 1;
        call->start = self->start;
        call->limiter = self->limiter;
        group_create(&self->group, &call->task, call_run, "call");
    }
    AWAIT(me, group_join(me, &self->group));

    TASK_FINALLY(me);
    group_cancel(&self->group);
    AWAIT_CATCH(me, error, group_join(me, &self->group));
    (void)error; /* main has the first one */
    for (int i = 0; i < self->count; i++)
        free(self->calls[i].pass);
    free(self->limiter);
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {.count = argc - 3};

    if (argc > 3) {
        program.most = (int)strtol(argv[1], NULL, 10);
        program.window = strtol(argv[2], NULL, 10) * TASK_MS;
    }
    if (program.most < 1 || program.most > CALLS || program.count > CALLS) {
        fputs("usage: 4_rate N WINDOW MS[/PATIENCE]...\n", stderr);
        return 2;
    }
    for (int i = 0; i < program.count; i++) {
        char *end;

        program.calls[i].asks = strtol(argv[i + 3], &end, 10) * TASK_MS;
        if (*end)
            program.calls[i].patience = strtol(end + 1, NULL, 10) * TASK_MS;
    }
    return task_main(&program.task, program_run);
}
