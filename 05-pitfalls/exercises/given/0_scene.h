/* 0_scene.h — what 0_price.c is given: the market, the buyers, and `main`.
 *
 * The scene makes the shop, starts all buyers at once, and prints how each one
 * ended: what it pays or, if its task failed, the error.
 */
#ifndef SCENE_0_H
#define SCENE_0_H

#include "await.h"

struct market; /* the scene's; outlives the shop */

/* ---- What you write in 0_price.c, and the scene calls ---- */

/* What all buyers share. Its fields are yours: define it in 0_price.c. */
struct shop;

/* Makes the shop, before any buyer. Returns it; without memory returns NULL. The
 * scene frees what you return, with free(), when all buyers have ended. */
struct shop *shop_new(struct market *market);

/* Returns the price. The scene asks after a buyer that ended without an error. */
long shop_price(const struct shop *shop);

/* A buyer's task: ends when the price is known; with an error if it cannot be. */
void buyer_run(struct task *me);

/* ---- What you can call, and use ---- */

/* The scene makes it. */
struct buyer {
    struct task task; /* must come first */
    struct shop *shop;
};

/* await: asks for the price, which takes a while. The answer, never 0, is written
 * to `price` when it comes. A question that is lost ends with an error. */
TASK_AWAITABLE bool market_ask(struct task *me, struct market *market,
                               long *price);

#endif
