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

/* ---- Your part: a small pool. This one believes that nothing ever dies. ---- */

/* One connection, wherever it is. Owned by the lender. */
struct slot {
    TAILQ_ENTRY(slot) link; /* while it is free */
    struct lender *lender;
    void *connection;
};

struct scripted *slot_connection(const struct slot *slot)
{
    return slot->connection;
}

struct lender { /* freed by the scene */
    struct scripted_server *server;
    int max, size;
    TAILQ_HEAD(, slot) free;
    struct line line; /* the takers that wait */
};

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

static void on_slot_closed(void *arg)
{
    struct slot *slot = arg;

    slot->lender->size--;
    free(slot);
}

static void slot_close(struct slot *slot)
{
    scripted_methods.close(slot->connection, on_slot_closed, slot);
}

/* For the first taker; without one it is kept. */
void lender_give(struct lender *lender, struct slot *slot)
{
    if (!line_answer(&lender->line, slot, NULL))
        TAILQ_INSERT_TAIL(&lender->free, slot, link);
}

static void on_opened(void *connection, const char *error, void *arg)
{
    struct slot *slot = arg;

    (void)connection;
    if (!error) {
        lender_give(slot->lender, slot);
        return;
    }
    line_answer(&slot->lender->line, NULL, error);
    slot_close(slot);
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
    lender->size++;
    return 0;
}

void lender_take(struct lender *lender, struct taker *taker)
{
    struct slot *slot = TAILQ_FIRST(&lender->free);

    line_add(&lender->line, taker);
    if (slot) {
        TAILQ_REMOVE(&lender->free, slot, link);
        line_answer(&lender->line, slot, NULL);
    } else if (lender->size < lender->max && open_one(lender) < 0) {
        line_answer(&lender->line, NULL, "out of memory");
    }
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
