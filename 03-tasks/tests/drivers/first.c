/* first — the rules of task_wait_first.
 *
 * Build: cc -I../../modules -o first first.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/task_loop.c ../../modules/task_main.c $(pkg-config --cflags --libs libevent)
 */
#include "group.h"
#include "task_main.h"
#include <stdio.h>
#include <stdlib.h>

/* Sleeps, then fails if it has an error. Its clean-up takes a moment. */
struct job {
    struct task task;
    int64_t us;
    const char *error, *cleaning_error;
    bool catches;         /* its cancelling: it ends with a result */
    struct task *cancels; /* this one, in its clean-up; or NULL */
};

/* Awaits the first of two; its struct, jobs included, is freed when it ends. */
struct racer {
    struct task task;
    struct job jobs[2];
    struct task *both[2];
    struct gather first;
    int64_t deadline; /* 0: none */
    bool asks_late;
};

struct program {
    struct task task;
    struct racer *racer;
};

static void job_run(struct task *me)
{
    struct job *self = (struct job *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT_CATCH(me, error, task_sleep(me, self->us));
    if (error && !self->catches)
        TASK_FAIL(me, error);
    if (self->error)
        TASK_FAIL(me, self->error);
    TASK_FINALLY(me);
    if (self->cancels)
        task_cancel(self->cancels);
    AWAIT_CATCH(me, error, task_sleep(me, TASK_MS));
    if (error)
        printf("[a clean-up is broken off] ");
    if (self->cleaning_error)
        TASK_FAIL(me, self->cleaning_error);
    TASK_END(me);
}

static void racer_run(struct task *me)
{
    struct racer *self = (struct racer *)me;

    TASK_BEGIN(me);
    for (int i = 0; i < 2; i++) {
        self->both[i] = &self->jobs[i].task;
        task_create(me->loop, self->both[i], job_run, i ? "second" : "first");
    }
    if (self->asks_late)
        AWAIT(me, task_await(me, self->both[0]));
    if (self->deadline)
        AWAIT(me,
              task_within(me, self->deadline,
                          task_wait_first(me, &self->first, self->both, 2)));
    else
        AWAIT(me, task_wait_first(me, &self->first, self->both, 2));
    AWAIT(me, task_sleep(me, 0));
    TASK_END(me);
}

static void race(struct task *me, int64_t first, int64_t second)
{
    struct program *self = (struct program *)me;

    self->racer = calloc(1, sizeof *self->racer);
    if (!self->racer)
        exit(1);
    self->racer->jobs[0].us = first;
    self->racer->jobs[1].us = second;
    task_create(me->loop, &self->racer->task, racer_run, "racer");
}

static const char *said(const char *error)
{
    return error ? error : "a result";
}

static void outcome(struct program *self, const char *what, const char *error)
{
    struct racer *racer = self->racer;
    const struct task *winner = racer->first.winner;

    printf("%s: %s wins; first: %s, second: %s; the awaiter: %s\n", what,
           winner ? winner->name : "none", said(racer->both[0]->error),
           said(racer->both[1]->error), said(error));
    free(racer);
}

enum { HOUR = 3600 };

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    race(me, HOUR * TASK_SECOND, TASK_MS);
    AWAIT_CATCH(me, error, task_await(me, &self->racer->task));
    outcome(self, "one is done", error);

    race(me, 0, 0);
    AWAIT_CATCH(me, error, task_await(me, &self->racer->task));
    outcome(self, "both in one pass", error);

    race(me, HOUR * TASK_SECOND, 0);
    self->racer->jobs[1].error = "no route";
    AWAIT_CATCH(me, error, task_await(me, &self->racer->task));
    outcome(self, "the winner fails", error);

    race(me, 0, HOUR * TASK_SECOND);
    self->racer->jobs[1].cleaning_error = "no rollback";
    AWAIT_CATCH(me, error, task_await(me, &self->racer->task));
    outcome(self, "the loser fails", error);

    race(me, HOUR * TASK_SECOND, HOUR * TASK_SECOND);
    AWAIT(me, task_sleep(me, TASK_MS));
    task_cancel(&self->racer->task);
    AWAIT_CATCH(me, error, task_await(me, &self->racer->task));
    outcome(self, "the awaiter is cancelled", error);

    race(me, HOUR * TASK_SECOND, HOUR * TASK_SECOND);
    self->racer->deadline = TASK_MS;
    AWAIT_CATCH(me, error, task_await(me, &self->racer->task));
    outcome(self, "its deadline passes", error);

    race(me, HOUR * TASK_SECOND, HOUR * TASK_SECOND);
    self->racer->deadline = TASK_MS;
    self->racer->jobs[0].catches = true;
    AWAIT_CATCH(me, error, task_await(me, &self->racer->task));
    outcome(self, "and one catches it", error);

    race(me, 0, HOUR * TASK_SECOND);
    self->racer->jobs[1].cancels = &self->racer->task;
    AWAIT_CATCH(me, error, task_await(me, &self->racer->task));
    outcome(self, "cancelled when one has won", error);

    race(me, 0, HOUR * TASK_SECOND);
    self->racer->asks_late = true;
    AWAIT_CATCH(me, error, task_await(me, &self->racer->task));
    outcome(self, "one has ended before", error);
    TASK_END(me);
}

int main(void)
{
    static struct program program;

    return task_main(&program.task, program_run);
}
