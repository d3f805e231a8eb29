/* 2_mirrors — several are asked, the first good answer wins.
 *
 * asyncio: asyncio.wait(…, return_when=FIRST_COMPLETED), and the rest cancelled
 * Run:     make try EXERCISE=03-2 ARGS='300:red 20:green'
 *                                  two mirrors, which answer after so many ms
 *          make try EXERCISE=03-2 ARGS='20/gone 50:green'
 *                                  one that fails, and with what error
 *          make try EXERCISE=03-2 ARGS='-d 100 60000:red'
 *                                  100 ms for the whole race
 * Given:   given/2_scene.h         main, fetch_run
 *
 * The fetches are no members of the group: the error of one would cancel them
 * all. Each has a runner that is, and that takes its error as one more mirror
 * that did not win. Who wins cancels the group; the race goes on when all have
 * ended, and then frees what came too late. If the race is cancelled, the join ends
 * with an error; an answer that is there all the same counts.
 */
#include "given/2_scene.h"
#include "group.h"
#include <stdlib.h>

/* async def runner(fetch) */
struct runner {
    struct task task;
    struct race *race;
    struct fetch fetch;
};

/* async def race(mirrors): owns its runners, and they their fetches. */
struct race {
    struct task task;
    char **mirrors; /* not owned */
    int count;
    char *answer;
    struct group group;
    struct runner runners[MIRRORS];
    struct runner *winner;
    const char *error; /* of the last that failed */
};

struct task *race_new(char **mirrors, int count)
{
    struct race *race = calloc(1, sizeof *race);

    if (!race)
        return NULL;
    race->mirrors = mirrors;
    race->count = count;
    return &race->task;
}

char *race_answer(struct task *race)
{
    return ((struct race *)race)->answer;
}

static void runner_run(struct task *me)
{
    struct runner *self = (struct runner *)me;
    struct race *race = self->race;
    const char *error;

    TASK_BEGIN(me);
    task_create(me->loop, &self->fetch.task, fetch_run, "fetch");
    AWAIT_CATCH(me, error, task_await(me, &self->fetch.task));
    if (error == TASK_CANCELLED)
        TASK_FAIL(me, error);
    if (error) {
        race->error = error;
    } else if (!race->winner) {
        race->winner = self;
        group_cancel(&race->group);
    }
    TASK_END(me);
}

/* Asks all mirrors; the first good answer wins. Leaves nothing but the answer. */
void race_run(struct task *me)
{
    struct race *self = (struct race *)me;
    const char *error;

    TASK_BEGIN(me);
    group_init(&self->group, me, NULL);
    for (int i = 0; i < self->count; i++) {
        self->runners[i].race = self;
        self->runners[i].fetch.number = i + 1;
        self->runners[i].fetch.mirror = self->mirrors[i];
        group_create(&self->group, &self->runners[i].task, runner_run,
                     "runner");
    }
    AWAIT_CATCH(me, error, group_join(me, &self->group));
    if (!self->winner)
        TASK_FAIL(me, error ? error : self->error);
    self->answer = self->winner->fetch.answer;
    self->winner->fetch.answer = NULL;

    TASK_FINALLY(me); /* group_join has waited for all, even if cancelled */
    for (int i = 0; i < self->count; i++)
        free(self->runners[i].fetch.answer);
    TASK_END(me);
}
