#include "1_scene.h"
#include "checked_pool.h"
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 64 };

static struct scene {
    struct scripted_server server;
    struct pool *pool;
    bool busy;
    struct job *jobs[26]; /* A to Z; NULL: none, or it has ended */
    void *has[26];        /* the connection on which it asks */
    struct question {     /* by the connection's number */
        char job;         /* 0: none */
        bool stale;       /* given up: its answer is still to come */
        answered_fn answered;
        void *arg;
    } questions[CONNECTIONS];
} scene;

static struct question *question_on(void *connection)
{
    return &scene.questions[((struct scripted *)connection)->number %
                            CONNECTIONS];
}

int ask(void *connection, char job, answered_fn answered, void *arg)
{
    struct question *question = question_on(connection);

    scene.has[job - 'A'] = connection;
    if (question->job)
        printf("%c asks, but %c has asked on this connection\n", job,
               question->job);
    if (question->stale)
        printf("%c asks, and gets the answer to an older question\n", job);
    if (scene.busy || question->job)
        return -1;
    *question = (struct question){job, question->stale, answered, arg};
    return 0;
}

void ask_no_more(void *connection)
{
    struct question *question = question_on(connection);

    if (!question->job)
        return;
    ((struct scripted *)connection)->dirty = true;
    *question = (struct question){.stale = true};
}

int scene_release(struct pool *pool, struct lease lease)
{
    int result = checked_pool_release(pool, lease);

    for (int i = 0; i < 26; i++)
        if (scene.has[i] == lease.connection)
            scene.has[i] = NULL;
    return result;
}

static void on_ended(char name, int answers, const char *error, void *arg)
{
    (void)arg;
    scene.jobs[name - 'A'] = NULL;
    if (scene.has[name - 'A'])
        printf("%c tells that it ended, and still has its connection\n", name);
    if (error)
        printf("%c: failed, %d answers: %s\n", name, answers, error);
    else
        printf("%c: done, %d answers\n", name, answers);
}

/* The answer to a job's question. */
static void answer(char job, bool more, const char *error)
{
    for (int i = 0; i < CONNECTIONS; i++) {
        struct question question = scene.questions[i];

        if (question.job == job) {
            scene.questions[i] = (struct question){.stale = question.stale};
            question.answered(more, error, question.arg);
            return;
        }
    }
    printf("%c has not asked\n", job);
}

/* Nothing remembers the job afterwards, so LeakSanitizer sees one that is not
 * freed. */
static void cancel(char name)
{
    struct job *job = scene.jobs[name - 'A'];

    scene.jobs[name - 'A'] = NULL;
    if (job)
        job_cancel(job);
    scene.has[name - 'A'] = NULL;
}

/* A step about a job. Returns 0; returns -1 if there is no such step. */
static int job_step(const char *verb, char name)
{
    struct job **job = &scene.jobs[name - 'A'];

    if (!strcmp(verb, "start")) {
        scene.has[name - 'A'] = NULL;
        *job = job_start(scene.pool, name, on_ended, NULL);
        if (!*job)
            printf("%c cannot start\n", name);
    } else if (!strcmp(verb, "more") || !strcmp(verb, "last")) {
        answer(name, verb[0] == 'm', NULL);
    } else if (!strcmp(verb, "error")) {
        answer(name, false, "an error");
    } else if (!strcmp(verb, "cancel")) {
        if (*job)
            printf("%c: cancelled\n", name);
        cancel(name);
    } else {
        return -1;
    }
    return 0;
}

static void print_counts(void)
{
    struct pool_counts counts = pool_counts(scene.pool);

    printf("free %d, lent %d, waiting %d\n", counts.free, counts.lent,
           counts.waiting);
}

static int step(const char *verb, const char *value)
{
    if (!strcmp(verb, "busy") || !strcmp(verb, "ready"))
        scene.busy = verb[0] == 'b';
    else if (!strcmp(verb, "close"))
        pool_close(scene.pool, NULL, NULL);
    else if (!strcmp(verb, "count"))
        print_counts();
    else if (!strcmp(verb, "sleep") && value)
        scene.server.now_ms += strtol(value, NULL, 10);
    else if (value && value[0] >= 'A' && value[0] <= 'Z')
        return job_step(verb, value[0]);
    else
        return -1;
    return 0;
}

static int settle(void)
{
    pool_look(scene.pool);
    return event_base_loop(scene.server.base, 0) < 0 ? -1 : 0;
}

static int begin(int max)
{
    scene.pool = checked_pool_new(&scripted_methods, &scene.server, max);
    return scene.pool ? settle() : -1;
}

static void end(void)
{
    for (int i = 0; i < 26; i++)
        cancel((char)('A' + i));
    checked_pool_end(scene.pool, settle);
}

int main(int argc, char **argv)
{
    static const struct steps steps = {.program = "1_lease",
                                       .least = 1,
                                       .server = &scene.server,
                                       .begin = begin,
                                       .step = step,
                                       .settle = settle,
                                       .end = end};

    return steps_main(&steps, argc, argv);
}
