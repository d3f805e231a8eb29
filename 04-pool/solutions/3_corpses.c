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

/* ---- Your part: a small pool that lends nothing dead. ---- */

/* A connection that is free, and since when. */
struct idle {
    struct connection *connection;
    int64_t since;
};

/* It has `max` places. Who has a place has a connection, or may open one. So
 * there are never more free connections than free places. */
struct lender {
    struct semaphore places;
    struct idle free[MOST];
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
    bool has_place;
};
const size_t visit_size = sizeof(struct my_visit);

static bool is_fit(const struct idle *idle)
{
    return connection_is_alive(idle->connection) &&
           now_ms() - idle->since <= IDLE_MAX_MS;
}

/* The place becomes the borrower's, with a connection; without one it goes to the
 * next. */
void take_run(struct task *me)
{
    struct my_visit *self = (struct my_visit *)me;
    struct lender *lender = self->visit.lender;
    struct idle *idle;

    TASK_BEGIN(me);
    AWAIT(me, semaphore_acquire(me, &lender->places));
    self->has_place = true;
    while (lender->free_count > 0) {
        idle = &lender->free[--lender->free_count];
        if (is_fit(idle)) {
            self->visit.connection = idle->connection;
            TASK_RETURN(me);
        }
        AWAIT(me, connection_close(me, idle->connection));
    }
    AWAIT(me, connection_open(me, &self->visit.connection));
    TASK_FINALLY(me);
    if (self->has_place && !self->visit.connection)
        semaphore_release(&lender->places);
    TASK_END(me);
}

/* What is closed has its place until it is gone. */
void give_run(struct task *me)
{
    struct my_visit *self = (struct my_visit *)me;
    struct lender *lender = self->visit.lender;

    TASK_BEGIN(me);
    if (connection_is_clean(self->visit.connection))
        lender->free[lender->free_count++] =
            (struct idle){self->visit.connection, now_ms()};
    else
        AWAIT(me, connection_close(me, self->visit.connection));
    TASK_FINALLY(me);
    semaphore_release(&lender->places);
    TASK_END(me);
}
