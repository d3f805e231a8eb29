/* 1_lease — the lease goes back on every path.
 *
 * asyncio: async with pool.acquire() as connection, in a task that is cancelled
 * Run:     ./1_lease 1 start:A more:A last:A count
 *          One connection at most; after each step the loop runs until nothing
 *          is left to do. A, B, C are jobs:
 *            start:A          a job begins: it borrows a connection and asks
 *            more:A, last:A   its question is answered: there is more; or not
 *            error:A          its question fails
 *            cancel:A         nobody wants the job any more
 *            busy, ready      from now on questions are refused; or not
 *            refuse, accept   from now on connects fail; or not
 *            close            the pool closes: it lends nothing any more
 *            sleep:MS         so much time passes
 *            count            prints the pool's books
 * Prints:  A: done, 2 answers
 *          free 1, lent 0, waiting 0
 * Task:    README.md#1             Check: make practice EXERCISE=04-1
 */
#include "scripted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A question that is asked on a connection. A made-up one: it is answered when
 * the scene says so. */
typedef void (*answered_fn)(bool more, const char *error, void *arg);

/* Asks what this job wants to know; one question at a time on a connection.
 * Returns 0, and `answered` comes once, later; or -1, and it does not come:
 * the server is busy. */
static int ask(void *connection, char job, answered_fn answered, void *arg);

/* Takes back the question on this connection, if there is one: `answered` does
 * not come any more. The server's answer still does, so the connection is fit
 * for nobody else. */
static void ask_no_more(void *connection);

/* What you release goes by way of the scenes, which look at it. */
static int seen_release(struct pool *pool, struct lease lease);
#define pool_release seen_release

/* How a job ended: error is NULL, or why it failed. */
typedef void (*job_ended)(char name, int answers, const char *error, void *arg);

/* ---- Your part: a job. ---- */

enum { PATIENCE_MS = 1000 }; /* how long a job waits for a connection */

/* Owned by itself: freed when it ends. */
struct job {
    struct pool *pool;
    int64_t ticket;
    struct lease lease; /* .connection is NULL before */
    char name;
    int answers;
    job_ended ended;
    void *arg;
};

/* The one end of a job that has begun. */
static void job_end(struct job *job, const char *error)
{
    if (job->lease.connection)
        pool_release(job->pool, job->lease);
    job->ended(job->name, job->answers, error, job->arg);
    free(job);
}

static void on_answer(bool more, const char *error, void *arg)
{
    struct job *job = arg;

    if (!error)
        job->answers++;
    if (error || !more)
        job_end(job, error);
    else if (ask(job->lease.connection, job->name, on_answer, job) < 0)
        job_end(job, "the server is busy");
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct job *job = arg;

    job->lease = lease;
    if (error)
        job_end(job, error);
    else if (ask(lease.connection, job->name, on_answer, job) < 0)
        job_end(job, "the server is busy");
}

/* Begins a job: it borrows a connection, asks, and asks again as long as there
 * is more. `ended` comes once, later, unless it is cancelled; its connection
 * is back by then, and the job not to be used any more. Returns NULL if it cannot
 * begin: then `ended` does not come. */
static struct job *job_start(struct pool *pool, char name, job_ended ended,
                             void *arg)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        return NULL;
    job->pool = pool;
    job->name = name;
    job->ended = ended;
    job->arg = arg;
    job->ticket = pool_acquire(pool, PATIENCE_MS, on_lease, job);
    if (job->ticket < 0) {
        free(job);
        return NULL;
    }
    return job;
}

/* Ends a job, wherever it is: it holds nothing any more, and `ended` does not
 * come. The job is gone. */
static void job_cancel(struct job *job)
{
    if (job->lease.connection) {
        ask_no_more(job->lease.connection);
        pool_release(job->pool, job->lease);
    } else {
        pool_cancel(job->pool, job->ticket);
    }
    free(job);
}

/* ---- The scenes: nothing is to be changed from here on. ---- */

enum { CONNECTIONS = 64 };

static struct scene {
    struct event_base *base;
    struct scripted_server server;
    struct pool *pool;
    bool busy, closed;
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

static int ask(void *connection, char job, answered_fn answered, void *arg)
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

static void ask_no_more(void *connection)
{
    struct question *question = question_on(connection);

    if (!question->job)
        return;
    ((struct scripted *)connection)->dirty = true;
    *question = (struct question){.stale = true};
}

#undef pool_release

static int seen_release(struct pool *pool, struct lease lease)
{
    int result = pool_release(pool, lease);

    if (result < 0 && lease.connection)
        puts("a lease was released that was not lent any more");
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

static void on_closed(void *arg)
{
    (void)arg;
    scene.closed = true;
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    (void)pool;
    (void)error;
    (void)arg;
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

/* Nothing remembers it afterwards, so that a job which is left is seen. */
static void cancel(char name)
{
    struct job *job = scene.jobs[name - 'A'];

    scene.jobs[name - 'A'] = NULL;
    if (job)
        job_cancel(job);
    scene.has[name - 'A'] = NULL;
}

/* A step about a job. Returns 0, or -1: no such step. */
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

static void tell_counts(void)
{
    struct pool_counts counts = pool_counts(scene.pool);

    printf("free %d, lent %d, waiting %d\n", counts.free, counts.lent,
           counts.waiting);
}

/* Any other step. Returns 0, or -1: no such step. */
static int step(const char *verb, const char *value)
{
    if (!strcmp(verb, "busy") || !strcmp(verb, "ready"))
        scene.busy = verb[0] == 'b';
    else if (!strcmp(verb, "refuse") || !strcmp(verb, "accept"))
        scene.server.refuses = verb[0] == 'r' ? "refused" : NULL;
    else if (!strcmp(verb, "close"))
        pool_close(scene.pool, NULL, NULL);
    else if (!strcmp(verb, "count"))
        tell_counts();
    else if (!strcmp(verb, "sleep") && value)
        scene.server.now_ms += strtol(value, NULL, 10);
    else if (value && value[0] >= 'A' && value[0] <= 'Z')
        return job_step(verb, value[0]);
    else
        return -1;
    return 0;
}

/* Plays the steps. Returns 0, or -1 after an unknown one. */
static int play(char **steps)
{
    for (; *steps; steps++) {
        char *value = strchr(*steps, ':');

        if (value)
            *value++ = '\0';
        if (step(*steps, value) < 0) {
            fprintf(stderr, "1_lease: no such step: %s\n", *steps);
            return -1;
        }
        pool_look(scene.pool);
        if (event_base_loop(scene.base, 0) < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct pool_options options = {0, 1, -1};
    int status = 1;

    if (argc < 2 || (options.max_size = (int)strtol(argv[1], NULL, 10)) < 1) {
        fputs("usage: 1_lease MAX STEP...\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    scene.base = event_base_new();
    if (!scene.base)
        return 1;
    scene.server.base = scene.base;
    scene.pool = pool_new(scene.base, &scripted_methods, &scene.server,
                          &options, on_created, NULL);
    if (scene.pool && event_base_loop(scene.base, 0) >= 0 &&
        play(argv + 2) == 0)
        status = 0;

    for (int i = 0; i < 26; i++)
        cancel((char)('A' + i));
    if (scene.pool) {
        pool_close(scene.pool, on_closed, NULL);
        event_base_loop(scene.base, 0);
        if (!scene.closed)
            printf("a lease was not released: %d lent at the end\n",
                   pool_counts(scene.pool).lent);
        pool_free(scene.pool);
    }
    scripted_free(&scene.server);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return status;
}
