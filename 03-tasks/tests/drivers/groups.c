/* groups — the rules of gather and groups that gather.c does not show.
 *
 * Build: cc -I../../modules -o groups groups.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/task_loop.c ../../modules/task_main.c $(pkg-config --cflags --libs libevent)
 */
#include "group.h"
#include "task_main.h"
#include <stdio.h>

/* Sleeps, then fails if it has words for it. */
struct job {
    struct task task;
    int64_t us;
    const char *words;
    bool began, drops; /* drops: its error, in its clean-up */
};

enum { JOBS = 4 };

struct program {
    struct task task;
    struct job jobs[JOBS], other;
    struct task *all[JOBS];
    struct gather gather;
    struct group group, second;
    struct owner {
        struct task task;
        struct program *program;
    } owner;
};

static void job_run(struct task *me)
{
    struct job *self = (struct job *)me;

    TASK_BEGIN(me);
    self->began = true;
    AWAIT(me, task_sleep(me, self->us));
    if (self->words)
        TASK_FAIL(me, self->words);
    TASK_FINALLY(me);
    if (self->drops)
        TASK_FAIL(me, NULL);
    TASK_RETURN(me); /* keeps it */
    TASK_END(me);
}

static int ended;

static void on_ended(struct task *task)
{
    ended += task->done;
}

static const char *said(const char *error)
{
    return error ? error : "no error";
}

/* Job i: it takes that long (0: one pass), and ends with these words. */
static struct task *job(struct program *self, int i, int64_t us,
                        const char *words)
{
    self->jobs[i] = (struct job){.us = us, .words = words};
    self->all[i] = &self->jobs[i].task;
    return self->all[i];
}

/* Joins the group of main, and is cancelled while it does. */
static void owner_run(struct task *me)
{
    struct program *self = ((struct owner *)me)->program;

    TASK_BEGIN(me);
    group_init(&self->group, me, NULL);
    for (int i = 0; i < 2; i++)
        group_create(&self->group, job(self, i, 3600 * TASK_SECOND, NULL),
                     job_run, "job");
    AWAIT(me, group_join(me, &self->group));
    TASK_END(me);
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    struct task_loop *loop = me->loop;
    const char *error;

    TASK_BEGIN(me);
    task_create(loop, job(self, 0, 0, "zero"), job_run, "0");
    task_create(loop, job(self, 1, TASK_MS, NULL), job_run, "1");
    AWAIT_CATCH(me, error, gather_all(me, &self->gather, self->all, 2));
    printf("gather_all: %s; its tasks: %s, %s\n", said(error),
           said(task_error(self->all[0])), said(task_error(self->all[1])));

    task_create(loop, job(self, 0, 0, "zero"), job_run, "0");
    task_create(loop, job(self, 1, TASK_MS, "one"), job_run, "1");
    AWAIT_CATCH(me, error, gather(me, &self->gather, self->all, 2));
    printf("gather: %s", said(error));
    AWAIT_CATCH(me, error, task_await(me, self->all[1]));
    printf("; its sibling, awaited then: %s\n", said(error));

    task_create(loop, job(self, 0, 0, "zero"), job_run, "0");
    task_create(loop, job(self, 1, 0, "one"), job_run, "1");
    task_create(loop, job(self, 2, 0, "dropped"), job_run, "2");
    self->jobs[2].drops = true;
    AWAIT_CATCH(me, error, task_await(me, self->all[2]));
    printf("drops its error: %s; ", said(error));
    AWAIT_CATCH(me, error, gather_all(me, &self->gather, self->all, 2));
    printf("gather_all of two that have failed: %s\n", said(error));

    /* Nothing to do: a struct of zeros, and none has been created. */
    group_cancel(&self->group);
    AWAIT(me, group_join(me, &self->group));
    group_init(&self->group, me, NULL);
    group_create(&self->group, job(self, 0, 0, NULL), job_run, "0");
    group_cancel(&self->group);
    AWAIT_CATCH(me, error, group_join(me, &self->group));
    printf("group_cancel: %s; ", said(error));
    group_create(&self->group, job(self, 0, 0, NULL), job_run, "0");
    AWAIT_CATCH(me, error, group_join(me, &self->group));
    printf("then the group is as new: %s\n",
           self->jobs[0].began ? "yes" : "no");

    /* Three members, among tasks that are none of it. */
    group_init(&self->group, me, on_ended);
    group_init(&self->second, me, NULL);
    group_create(&self->group, job(self, 0, 3600 * TASK_SECOND, NULL), job_run,
                 "0");
    self->other = (struct job){.us = 20 * TASK_MS};
    task_create(loop, &self->other.task, job_run, "other");
    group_create(&self->second, job(self, 3, 20 * TASK_MS, NULL), job_run, "3");
    group_create(&self->group, job(self, 1, TASK_MS, "one"), job_run, "1");
    group_create(&self->group, job(self, 2, 3600 * TASK_SECOND, NULL), job_run,
                 "2");
    AWAIT_CATCH(me, error, task_sleep(me, 3600 * TASK_SECOND));
    printf("a member fails; its owner's sleep: %s", said(error));
    group_create(&self->group, self->all[1], job_run, "late");
    self->jobs[1].began = false;
    AWAIT_CATCH(me, error, group_join(me, &self->group));
    printf("; the group: %s\n", said(error));
    printf("who joined late began: %s; ended: %d\n",
           self->jobs[1].began ? "yes" : "no", ended);
    AWAIT_CATCH(me, error, task_await(me, &self->other.task));
    printf("no member: %s", said(error));
    AWAIT_CATCH(me, error, group_join(me, &self->second));
    printf("; the other group: %s\n", said(error));

    self->other = (struct job){.us = 0};
    task_create(loop, &self->other.task, job_run, "other");
    group_create(&self->group, job(self, 0, 0, "zero"), job_run, "0");
    AWAIT(me, task_await(me, &self->other.task)); /* both end in one pass */
    AWAIT_CATCH(me, error, group_join(me, &self->group));
    printf("fails when its owner may go on: %s", said(error));
    AWAIT_CATCH(me, error, task_sleep(me, 0));
    printf("; the owner's next wait: %s\n", said(error));

    self->owner.program = self;
    task_create(loop, &self->owner.task, owner_run, "owner");
    AWAIT(me, task_sleep(me, TASK_MS));
    task_cancel(&self->owner.task);
    AWAIT_CATCH(me, error, task_await(me, &self->owner.task));
    printf("the owner is cancelled: %s; its members: %s, %s\n", said(error),
           said(self->jobs[0].task.error), said(self->jobs[1].task.error));
    TASK_END(me);
}

int main(void)
{
    static struct program program;

    return task_main(&program.task, program_run);
}
