/* 3_corpses — nothing dead is lent, and no waiter is forgotten.
 *
 * asyncio: aiomysql.Pool.acquire, _fill_free_pool, release
 * Run:     make try EXERCISE=04-3 ARGS='1 take:AB kill:A give:A count'
 * Prints:  A has a good one
 *          B has a good one
 *          1 now, 2 ever
 * Given:   given/3_scene.h         main, struct visit, connections, the steps
 * Task:    README.md#3             Check: make practice EXERCISE=04-3
 */
#include "given/3_scene.h"
#include "queue.h"

/* ---- Your part: a small pool. This one believes that nothing ever dies. ---- */

/* It has `max` places. Who has a place has a connection, or may open one. So
 * there are never more free connections than free places. */
struct lender {
    struct semaphore places;
    struct connection *free[MOST];
    int free_count;
};
const size_t lender_size = sizeof(struct lender);

void lender_init(struct lender *lender, int max)
{
    semaphore_init(&lender->places, (size_t)max);
}

/* async def take(lender), async def give(lender, connection) */
struct my_visit {
    struct visit visit; /* the scene's part: must come first */
    /* and what is yours */
};
const size_t visit_size = sizeof(struct my_visit);

void take_run(struct task *me)
{
    struct my_visit *self = (struct my_visit *)me;
    struct lender *lender = self->visit.lender;

    TASK_BEGIN(me);
    AWAIT(me, semaphore_acquire(me, &lender->places));
    if (lender->free_count > 0)
        self->visit.connection = lender->free[--lender->free_count];
    else
        AWAIT(me, connection_open(me, &self->visit.connection));
    TASK_END(me);
}

void give_run(struct task *me)
{
    struct my_visit *self = (struct my_visit *)me;
    struct lender *lender = self->visit.lender;

    TASK_BEGIN(me);
    lender->free[lender->free_count++] = self->visit.connection;
    semaphore_release(&lender->places);
    TASK_END(me);
}
