/* 0_price — one question, even if ten ask at once. This one is solved.
 *
 * asyncio: asyncio.Lock around a cache
 * Run:     make try EXERCISE=05-0 ARGS='20 3'     20 ms to answer; three buyers
 *          make try EXERCISE=05-0 ARGS='20 3 1'   and one question is lost
 * Prints:  asked, for each question; what each buyer pays, or why it does not
 * Given:   given/0_scene.h         main, market_ask
 * Task:    README.md#0             Check: make practice EXERCISE=05-0
 */
#include "given/0_scene.h"
#include "lock.h"
#include <stdlib.h>

/* What all buyers share. */
struct shop {
    struct market *market; /* not owned */
    struct lock lock;      /* from the look at the price until it is known */
    long price;            /* 0: it is not known yet */
};

struct shop *shop_new(struct market *market)
{
    struct shop *shop = calloc(1, sizeof *shop);

    if (!shop)
        return NULL;
    shop->market = market;
    lock_init(&shop->lock, "the price");
    return shop;
}

long shop_price(const struct shop *shop)
{
    return shop->price;
}

void buyer_run(struct task *me)
{
    struct shop *shop = ((struct buyer *)me)->shop;

    TASK_BEGIN(me);
    AWAIT(me, lock_acquire(me, &shop->lock));
    if (shop->price == 0)
        AWAIT(me, market_ask(me, shop->market, &shop->price));

    TASK_FINALLY(me);
    lock_release(me, &shop->lock);
    TASK_END(me);
}
