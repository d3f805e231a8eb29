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
 * Task:    README.md#2             Check: make practice EXERCISE=03-2
 */
#include "given/2_scene.h"
#include "group.h"
#include <stdlib.h>

/* ---- Your part: the race. This one asks nobody. ---- */

/* async def race(mirrors). What it begins lives here, too. */
struct race {
    struct task task;
    char **mirrors; /* not owned */
    int count;      /* MIRRORS at most */
    char *answer;
    /* and what is yours */
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

/* Asks all mirrors; the first good answer wins. Leaves nothing but the answer. */
void race_run(struct task *me)
{
    struct race *self = (struct race *)me;

    TASK_BEGIN(me);
    (void)self;
    TASK_END(me);
}
