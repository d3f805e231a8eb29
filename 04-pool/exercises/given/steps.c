#include "steps.h"
#include "task_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES = 200 }; /* are enough for all that can be done at once */

struct stage stage;

static bool is_player(char c)
{
    return c >= 'A' && c <= 'Z';
}

static int players_on_stage(void)
{
    int count = 0;

    for (int i = 0; i < 26; i++)
        count += stage.players[i] != NULL;
    return count;
}

/* What a player has left behind when it ends: more leases, or waiters for one, than
 * all others can have; or, if it was the last, another task than the stage's. */
static void report_left(char name)
{
    const struct pool_counts counts = pool_counts(stage.pool.pool);
    int players = players_on_stage(), each = stage.steps->leases_each;

    if (each == 0)
        return;
    if (counts.lent + counts.waiting > players * each)
        printf("%c ends, and still has a connection, or waits for one\n", name);
    if (players == 0 && stage.task.loop->alive > 1)
        printf("%c ends, and a task that it created has not ended\n", name);
}

static void on_ended(struct task *task)
{
    for (int i = 0; i < 26; i++)
        if (stage.players[i] == task) {
            stage.players[i] = NULL;
            if (!stage.over) {
                stage.steps->ended((char)('A' + i), task);
                report_left((char)('A' + i));
            }
        }
    free(task);
}

void stage_enter(char who, struct task *task, void (*run)(struct task *me))
{
    struct task **place = &stage.players[who - 'A'];

    if (!task || *place) {
        free(task);
        return;
    }
    *place = task;
    group_create(&stage.group, task, run, "player");
}

static int do_player_step(const char *verb, char who, const char *ms)
{
    struct task *task = stage.players[who - 'A'];

    if (strcmp(verb, "cancel") != 0)
        return stage.steps->step(verb, who, ms);
    if (task)
        task_cancel(task);
    return 0;
}

static int do_step(const char *verb, const char *value)
{
    const char *ms = value ? strchr(value, ':') : NULL;

    if (value && !strcmp(verb, "refuse"))
        stage.refusals = (int)strtol(value, NULL, 10);
    else if (value && !strcmp(verb, "exhaust"))
        stage.exhausted = (int)strtol(value, NULL, 10);
    else if (!strcmp(verb, "refuse") || !strcmp(verb, "accept"))
        stage.server.refuses = verb[0] == 'r' ? "refused" : NULL;
    else if (!strcmp(verb, "pass"))
        stage.passes_each = value ? (int)strtol(value, NULL, 10) : PASSES;
    else if (!strcmp(verb, "close"))
        pool_close(stage.pool.pool, NULL, NULL);
    else if (!value || !is_player(*value))
        return stage.steps->step(verb, 0, value);
    for (; value && is_player(*value); value++)
        if (do_player_step(verb, *value, ms ? ms + 1 : NULL) < 0)
            return -1;
    return 0;
}

/* Returns how long to sleep for that. */
static int64_t pass(int64_t ms)
{
    if (!stage.steps->clock)
        return ms * TASK_MS;
    *stage.steps->clock += ms;
    return 0;
}

/* Does the next step. Returns how long to sleep after it, or -1. */
static int64_t next_step(void)
{
    char *step = *stage.next, *value = strchr(step, ':');

    if (value)
        *value++ = '\0';
    if (value && !strcmp(step, "sleep"))
        return pass(strtoll(value, NULL, 10));
    if (do_step(step, value) == 0)
        return 0;
    fprintf(stderr, "%s: no such step: %s\n", stage.steps->program, step);
    return -1;
}

const char *stage_next_connect(void)
{
    if (stage.exhausted > 0 && stage.exhausted--)
        return TASK_NO_MEMORY;
    if (stage.refusals > 0 && stage.refusals--)
        return "refused";
    return stage.server.refuses;
}

/* A connect of the pool, with the error that the steps have for it. */
static void *open_connection(void *server,
                             void (*opened)(void *connection, const char *error,
                                            void *arg),
                             void *arg)
{
    const char *refuses = stage.server.refuses, *error = stage_next_connect();
    void *connection;

    if (error == TASK_NO_MEMORY)
        return NULL;
    stage.server.refuses = error;
    connection = scripted_methods.open(server, opened, arg);
    stage.server.refuses = refuses;
    return connection;
}

static void report_leases(void)
{
    int lent = pool_counts(stage.pool.pool).lent;

    if (lent == 0)
        return;
    printf("a lease was not released: %d lent at the end\n", lent);
    pool_close(stage.pool.pool, NULL, NULL);
    pool_free(stage.pool.pool);
    stage.pool.pool = NULL;
}

static void stage_run(struct task *me)
{
    const struct pool_options options = {0, stage.max, -1};
    int64_t pause;

    TASK_BEGIN(me);
    stage.server.base = me->loop->base;
    group_init(&stage.group, me, on_ended);
    stage.group.independent = true;
    stage.methods = scripted_methods;
    stage.methods.open = open_connection;
    stage.methods.now_ms = NULL; /* time passes as "sleep" says, and is real */
    AWAIT(me, pool_create(me, &stage.pool, &stage.methods, &stage.server,
                          &options));
    for (; *stage.next; stage.next++) {
        pause = next_step();
        if (pause < 0)
            TASK_FAIL(me, "it cannot be played");
        if (pause > 0)
            AWAIT(me, task_sleep(me, pause));
        for (stage.passes = 0; stage.passes < stage.passes_each; stage.passes++)
            AWAIT(me, task_sleep(me, 0));
    }
    TASK_FINALLY(me);
    stage.over = true;
    if (stage.steps->finish)
        stage.steps->finish();
    group_cancel(&stage.group);
    AWAIT(me, group_join(me, &stage.group));
    for (stage.passes = 0; stage.passes < PASSES; stage.passes++)
        AWAIT(me, task_sleep(me, 0));
    if (stage.steps->cleared)
        stage.steps->cleared();
    report_leases();
    AWAIT(me, pool_wait_closed(me, &stage.pool));
    scripted_free(&stage.server);
    TASK_END(me);
}

int steps_main(const struct steps *steps, int argc, char **argv)
{
    stage.steps = steps;
    stage.passes_each = PASSES;
    stage.max = argc < 2 ? 0 : (int)strtol(argv[1], NULL, 10);
    if (stage.max < steps->least) {
        fprintf(stderr, "usage: %s MAX STEP...\n", steps->program);
        return 2;
    }
    stage.next = argv + 2;
    return task_main(&stage.task, stage_run);
}
