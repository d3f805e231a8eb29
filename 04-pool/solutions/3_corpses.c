/* 3_corpses — nothing dead is lent, and nobody is forgotten.
 *
 * asyncio: aiomysql.Pool.acquire, _fill_free_pool, release
 * Run:     ./3_corpses 1 take:A take:B kill:A give:A count
 * Prints:  A has a good one
 *          B has a good one
 *          1 now, 2 ever
 * Given:   given/3_scene.h         main, the line of takers, the steps
 * Task:    README.md#3             Check: make practice EXERCISE=04-3
 */
#include "given/3_scene.h"

#include <stdlib.h>

/* ---- Your part: a small pool that lends nothing dead. ---- */

/* One connection, wherever it is. Owned by the lender. */
struct slot {
    TAILQ_ENTRY(slot) link; /* while it is free */
    struct lender *lender;
    void *connection;
    int64_t idle_since;
};

struct scripted *slot_connection(const struct slot *slot)
{
    return slot->connection;
}

struct lender { /* freed by the scene */
    struct scripted_server *server;
    int max, size, opening;
    TAILQ_HEAD(, slot) free;
    struct line line; /* the takers that wait */
};

static void serve(struct lender *lender);

struct lender *lender_new(struct scripted_server *server, int max)
{
    struct lender *lender = calloc(1, sizeof *lender);

    if (!lender)
        return NULL;
    *lender = (struct lender){.server = server, .max = max};
    TAILQ_INIT(&lender->free);
    line_init(&lender->line);
    return lender;
}

/* There is room. */
static void on_slot_closed(void *arg)
{
    struct slot *slot = arg;
    struct lender *lender = slot->lender;

    free(slot);
    lender->size--;
    serve(lender);
}

static void slot_close(struct slot *slot)
{
    scripted_methods.close(slot->connection, on_slot_closed, slot);
}

static void slot_set_free(struct slot *slot)
{
    slot->idle_since = slot->lender->server->now_ms;
    TAILQ_INSERT_TAIL(&slot->lender->free, slot, link);
}

void lender_give(struct lender *lender, struct slot *slot)
{
    if (scripted_methods.reusable(slot->connection))
        slot_set_free(slot);
    else
        slot_close(slot);
    serve(lender);
}

static void on_opened(void *connection, const char *error, void *arg)
{
    struct slot *slot = arg;
    struct lender *lender = slot->lender;

    (void)connection;
    lender->opening--;
    if (error) {
        line_answer(&lender->line, NULL, error);
        slot_close(slot);
    } else {
        slot_set_free(slot);
    }
    serve(lender);
}

/* Returns 0; without memory returns -1. */
static int open_one(struct lender *lender)
{
    struct slot *slot = calloc(1, sizeof *slot);

    if (!slot)
        return -1;
    slot->lender = lender;
    slot->connection = scripted_methods.open(lender->server, on_opened, slot);
    if (!slot->connection) {
        free(slot);
        return -1;
    }
    lender->opening++;
    lender->size++;
    return 0;
}

static bool is_fit(const struct slot *slot)
{
    return scripted_methods.alive(slot->connection) &&
           slot->lender->server->now_ms - slot->idle_since <= IDLE_MAX_MS;
}

/* Called whenever anything has changed: lends what may be lent, and opens what
 * is waited for, if there is room. */
static void serve(struct lender *lender)
{
    struct slot *slot;

    while (lender->line.length > 0 && (slot = TAILQ_FIRST(&lender->free))) {
        TAILQ_REMOVE(&lender->free, slot, link);
        if (is_fit(slot))
            line_answer(&lender->line, slot, NULL);
        else
            slot_close(slot);
    }
    while (lender->line.length > lender->opening && lender->size < lender->max)
        if (open_one(lender) < 0)
            line_answer(&lender->line, NULL, "out of memory");
}

void lender_take(struct lender *lender, struct taker *taker)
{
    line_add(&lender->line, taker);
    serve(lender);
}

void lender_end(struct lender *lender)
{
    struct slot *slot;

    line_init(&lender->line);
    while ((slot = TAILQ_FIRST(&lender->free))) {
        TAILQ_REMOVE(&lender->free, slot, link);
        slot_close(slot);
    }
}
