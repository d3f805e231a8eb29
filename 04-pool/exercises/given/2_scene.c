/* 2_scene.c — main, and the copying; 2_scene.h is the manual. */
#include "2_scene.h"
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 10000 };

static struct borrower {
    struct copying *copying; /* while it has what it wants */
    bool has_copied;
} borrowers[26];

static bool stop_copying(struct task_wait *wait)
{
    for (int i = 0; i < 26; i++)
        if (borrowers[i].copying && &borrowers[i].copying->wait == wait)
            borrowers[i].copying = NULL;
    return true;
}

/* Waits for the step "give". */
static bool wait_for_give(struct task *me, struct copying *copying, char name)
{
    copying->wait = (struct task_wait){.interrupt = stop_copying,
                                       .kind = "the end of the copying"};
    borrowers[name - 'A'].copying = copying;
    borrowers[name - 'A'].has_copied = true;
    return task_wait_on(me, &copying->wait);
}

bool copy(struct task *me, struct copying *copying, const struct job *job,
          const struct loan *from, const struct loan *to)
{
    const void *one = from->lease.connection, *two = to->lease.connection;

    printf("%c has %s\n", job->name,
           !one || !two ? "not two"
           : one == two ? "the same one twice"
                        : "two");
    return wait_for_give(me, copying, job->name);
}

/* A borrower of one connection. */
struct single {
    struct job job;
    struct loan loan;
    struct copying copying;
};

static void single_run(struct task *me)
{
    struct single *self = (struct single *)me;

    TASK_BEGIN(me);
    AWAIT(me, loan_acquire(me, &self->loan, self->job.pool));
    printf("%c has one\n", self->job.name);
    AWAIT(me, wait_for_give(me, &self->copying, self->job.name));
    TASK_FINALLY(me);
    loan_release(&self->loan);
    TASK_END(me);
}

static void on_ended(char name, struct task *task)
{
    const char *error = task_error(task);
    struct borrower *borrower = &borrowers[name - 'A'];

    if (error == TASK_CANCELLED)
        printf("%c is cancelled\n", name);
    else if (error)
        printf("%c has none: %s\n", name, error);
    else if (!borrower->has_copied)
        printf("%c ends, and has not copied\n", name);
    *borrower = (struct borrower){.copying = NULL};
}

static void begin(char name, const char *ms, size_t size,
                  void (*run)(struct task *me))
{
    struct job *job = calloc(1, size);

    if (job) {
        job->pool = &stage.pool;
        job->patience = (ms ? strtol(ms, NULL, 10) : PATIENCE_MS) * TASK_MS;
        job->name = name;
    }
    stage_enter(name, &job->task, run);
}

static void give(struct borrower *borrower)
{
    if (borrower->copying)
        task_resume(borrower->copying->wait.waiter, NULL);
    borrower->copying = NULL;
}

static int step(const char *verb, char who, const char *value)
{
    if (!who && !strcmp(verb, "count"))
        printf("lent %d\n", pool_counts(stage.pool.pool).lent);
    else if (who && !strcmp(verb, "want"))
        begin(who, value, job_size, job_run);
    else if (who && !strcmp(verb, "one"))
        begin(who, NULL, sizeof(struct single), single_run);
    else if (who && !strcmp(verb, "give"))
        give(&borrowers[who - 'A']);
    else
        return -1;
    return 0;
}

int main(int argc, char **argv)
{
    static const struct steps steps = {.program = "2_both",
                                       .least = 2,
                                       .leases_each = 2,
                                       .step = step,
                                       .ended = on_ended};

    return steps_main(&steps, argc, argv);
}
