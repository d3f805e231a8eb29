/* 1_scene.c — main, and a database; 1_scene.h is the manual. */
#include "1_scene.h"
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    bool busy;
    struct question *asked[26]; /* by the job that waits for the answer */
} database;

static bool give_up(struct task_wait *wait)
{
    struct question *question = (struct question *)wait;

    if (database.asked[question->job - 'A'] == question) {
        ((struct scripted *)question->connection)->dirty = true;
        database.asked[question->job - 'A'] = NULL;
    }
    return true;
}

bool ask(struct task *me, struct question *question, const struct loan *loan,
         char job)
{
    void *connection = loan->lease.connection;

    *question =
        (struct question){.wait = {.interrupt = give_up, .kind = "an answer"},
                          .connection = connection,
                          .job = job};
    if (!connection) {
        printf("%c asks without a connection\n", job);
        return task_ready(me, "no connection");
    }
    if (((struct scripted *)connection)->dirty)
        printf("%c asks, and gets the answer to an older question\n", job);
    if (database.busy)
        return task_ready(me, "the server is busy");
    if (!me->cancel) /* else it ends before it has asked */
        database.asked[job - 'A'] = question;
    return task_wait_on(me, &question->wait);
}

static void answer(char job, bool more, const char *error)
{
    struct question *question = database.asked[job - 'A'];

    if (!question) {
        printf("%c has not asked\n", job);
        return;
    }
    database.asked[job - 'A'] = NULL;
    question->more = more;
    task_resume(question->wait.waiter, error);
}

static void on_ended(char name, struct task *task)
{
    const char *error = task_error(task);
    int answers = ((struct job *)task)->answers;

    printf("%c: %s, %d answer%s", name,
           error == TASK_CANCELLED ? "cancelled"
           : error                 ? "failed"
                                   : "done",
           answers, answers == 1 ? "" : "s");
    if (error && error != TASK_CANCELLED)
        printf(": %s", error);
    putchar('\n');
}

static void start(char name)
{
    struct job *job = calloc(1, job_size);

    if (job) {
        job->pool = &stage.pool;
        job->name = name;
    }
    stage_enter(name, &job->task, job_run);
}

static int job_step(const char *verb, char who)
{
    if (!strcmp(verb, "start"))
        start(who);
    else if (!strcmp(verb, "more") || !strcmp(verb, "last"))
        answer(who, verb[0] == 'm', NULL);
    else if (!strcmp(verb, "error"))
        answer(who, false, "an error");
    else
        return -1;
    return 0;
}

static int step(const char *verb, char who, const char *value)
{
    const struct pool_counts counts = pool_counts(stage.pool.pool);

    (void)value;
    if (who)
        return job_step(verb, who);
    if (!strcmp(verb, "busy") || !strcmp(verb, "ready"))
        database.busy = verb[0] == 'b';
    else if (!strcmp(verb, "count"))
        printf("free %d, lent %d, waiting %d\n", counts.free, counts.lent,
               counts.waiting);
    else
        return -1;
    return 0;
}

int main(int argc, char **argv)
{
    static const struct steps steps = {.program = "1_lease",
                                       .least = 1,
                                       .leases_each = 1,
                                       .step = step,
                                       .ended = on_ended};

    return steps_main(&steps, argc, argv);
}
