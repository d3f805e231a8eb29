/* 4_rate — never more than N calls in any window of so many ms.
 *
 * asyncio: Semaphore, sleep; what aiolimiter and its like do
 * Run:     ./4_rate 2 100 0 0 0 50      two calls in any 100 ms; somebody asks at
 *                                       0 ms three times, and at 50 ms
 *          ./4_rate 2 100 0 0 0/20 50   who gives up after 20 ms
 * Prints:  each call as it begins; on stderr with the µs since the start
 *
 * Call k may begin a window after call k − N, so the limiter remembers N times.
 * A turnstile, a semaphore of one permit, keeps the order: only who stands in
 * it looks at the times, and sleeps in it until the oldest has left the window.
 */
#include "group.h"
#include "queue.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS = 64 };

/* What the calls share; lives in main's task. */
struct limiter {
    int most;       /* calls, CALLS at most … */
    int64_t window; /* … in so many µs */
    struct semaphore turnstile;
    int64_t begun[CALLS]; /* the last `most` times, as a ring */
    int oldest;
};

static void limiter_init(struct limiter *limiter, int most, int64_t window)
{
    *limiter = (struct limiter){.most = most, .window = window};
    semaphore_init(&limiter->turnstile, 1);
    for (int i = 0; i < most; i++)
        limiter->begun[i] = task_loop_now() - window;
}

/* async def pass_(limiter): ends when the call may begin. */
struct pass {
    struct task task;
    struct limiter *limiter;
    bool holds;
};

/* Waits until one more call may begin, behind all that have asked before. May be
 * cancelled; then it is as if it had never asked. */
static void pass_run(struct task *me)
{
    struct pass *self = (struct pass *)me;
    struct limiter *limiter = self->limiter;
    int64_t left;

    TASK_BEGIN(me);
    AWAIT(me, semaphore_acquire(me, &limiter->turnstile));
    self->holds = true;
    for (;;) {
        left =
            limiter->begun[limiter->oldest] + limiter->window - task_loop_now();
        if (left <= 0)
            break;
        AWAIT(me, task_sleep(me, left));
    }
    limiter->begun[limiter->oldest] = task_loop_now();
    limiter->oldest = (limiter->oldest + 1) % limiter->most;

    TASK_FINALLY(me);
    if (self->holds)
        semaphore_release(&limiter->turnstile);
    TASK_END(me);
}

/* ---- The scene: nothing is to be changed from here on. ---- */

/* async def call(pass): asks, and begins, or gives up. */
struct call {
    struct task task;
    int number;
    int64_t asks, patience; /* µs since the start; µs, or 0: any */
    int64_t start;
    struct pass pass;
};

static void call_run(struct task *me)
{
    struct call *self = (struct call *)me;
    const char *error;

    TASK_BEGIN(me);
    task_create(me->loop, &self->pass.task, pass_run, "pass");
    AWAIT_CATCH(me, error,
                self->patience
                    ? task_wait_for(me, &self->pass.task, self->patience)
                    : task_await(me, &self->pass.task));
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
    struct limiter limiter;
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

    TASK_BEGIN(me);
    limiter_init(&self->limiter, self->most, self->window);
    group_init(&self->group, me, NULL);
    self->start = task_loop_now();
    for (self->i = 0; self->i < self->count; self->i++) {
        while (self->start + self->calls[self->i].asks > task_loop_now())
            AWAIT(me, task_sleep(me, self->start + self->calls[self->i].asks -
                                         task_loop_now()));
        call = &self->calls[self->i];
        call->number = self->i + 1;
        call->start = self->start;
        call->pass.limiter = &self->limiter;
        group_create(&self->group, &call->task, call_run, "call");
    }
    AWAIT(me, group_join(me, &self->group));
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {.count = argc - 3};
    struct task_loop loop = {0};
    struct event_base *base;
    int status = 1;

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
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (!base || task_loop_init(&loop, base) < 0) {
        fputs("4_rate: cannot make an event loop\n", stderr);
        goto cleanup;
    }
    task_create(&loop, &program.task, program_run, "main");
    if (task_run(&loop, &program.task) == 0)
        status = 0;

cleanup:
    task_loop_free(&loop);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
