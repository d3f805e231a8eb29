/* 3_corpses — nothing dead is lent, and nobody is forgotten.
 *
 * asyncio: aiomysql.Pool.acquire, _fill_free_pool, release
 * Run:     ./3_corpses 1 take:A take:B kill:A give:A count
 *          One connection at most; after each step the loop runs until nothing
 *          is left to do. A, B, C are borrowers:
 *            take:A, give:A   wants a connection; gives it back
 *            kill:A, dirty:A  the one that A has, or had last, is dead; or is
 *                             in the middle of a transaction
 *            sleep:MS         so much time passes
 *            refuse, accept   from now on connects fail; or not
 *            nomemory, memory from now on none can even begin; or it can
 *            slow             from now on connects wait: answer or fail ends the
 *                             oldest; and so do closes: gone ends the oldest
 *            count            tells how many connections there are
 * Prints:  A has a good one
 *          B has a good one
 *          1 now, 2 ever
 * Task:    README.md#3             Check: make practice EXERCISE=04-3
 */
#include "scripted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { IDLE_MAX_MS = 60000 }; /* nobody gets one that was idle for longer */

/* ---- Your part: a small pool that lends nothing dead. ---- */

/* One connection, wherever it is. Owned by the lender. */
struct slot {
    TAILQ_ENTRY(slot) link; /* while it is free */
    struct lender *lender;
    void *connection; /* the scenes look at this */
    int64_t idle_since;
};

/* error: NULL, or why there is none (then slot is NULL). Comes once, perhaps
 * from inside of the call that brings it about. */
typedef void (*taken_fn)(struct slot *slot, const char *error, void *arg);

/* Somebody who waits. */
struct taker {
    TAILQ_ENTRY(taker) link;
    taken_fn taken;
    void *arg;
};

/* Lives in the scene. */
struct lender {
    struct scripted_server *server;
    int max, size, opening;
    TAILQ_HEAD(, slot) free;
    TAILQ_HEAD(, taker) takers;
    int waiting;
};

static void serve(struct lender *lender);

static void lender_init(struct lender *lender, struct scripted_server *server,
                        int max)
{
    *lender = (struct lender){.server = server, .max = max};
    TAILQ_INIT(&lender->free);
    TAILQ_INIT(&lender->takers);
}

/* Answers the first who waits. */
static void answer(struct lender *lender, struct slot *slot, const char *error)
{
    struct taker *first = TAILQ_FIRST(&lender->takers), taker;

    if (!first)
        return;
    taker = *first;
    TAILQ_REMOVE(&lender->takers, first, link);
    lender->waiting--;
    free(first);
    taker.taken(slot, error, taker.arg);
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

static void on_opened(void *connection, const char *error, void *arg)
{
    struct slot *slot = arg;
    struct lender *lender = slot->lender;

    (void)connection;
    lender->opening--;
    if (error) {
        answer(lender, NULL, error);
        slot_close(slot);
    } else {
        slot_set_free(slot);
    }
    serve(lender);
}

/* Returns 0, or -1 without memory. */
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

    while (lender->waiting > 0 && (slot = TAILQ_FIRST(&lender->free))) {
        TAILQ_REMOVE(&lender->free, slot, link);
        if (is_fit(slot))
            answer(lender, slot, NULL);
        else
            slot_close(slot);
    }
    while (lender->waiting > lender->opening && lender->size < lender->max)
        if (open_one(lender) < 0)
            answer(lender, NULL, "out of memory");
}

/* Asks for a connection. Returns 0, or -1 without memory: then `taken` does not
 * come. */
static int lender_take(struct lender *lender, taken_fn taken, void *arg)
{
    struct taker *taker = calloc(1, sizeof *taker);

    if (!taker)
        return -1;
    taker->taken = taken;
    taker->arg = arg;
    TAILQ_INSERT_TAIL(&lender->takers, taker, link);
    lender->waiting++;
    serve(lender);
    return 0;
}

/* Gives one back. */
static void lender_give(struct lender *lender, struct slot *slot)
{
    if (scripted_methods.reusable(slot->connection))
        slot_set_free(slot);
    else
        slot_close(slot);
    serve(lender);
}

/* The end: all that were lent are back. Those who wait are not answered. */
static void lender_end(struct lender *lender)
{
    struct taker *taker;
    struct slot *slot;

    while ((taker = TAILQ_FIRST(&lender->takers))) {
        TAILQ_REMOVE(&lender->takers, taker, link);
        free(taker);
    }
    lender->waiting = 0;
    while ((slot = TAILQ_FIRST(&lender->free))) {
        TAILQ_REMOVE(&lender->free, slot, link);
        slot_close(slot);
    }
}

/* ---- The scenes: nothing is to be changed from here on. ---- */

static struct scene {
    struct event_base *base;
    struct scripted_server server;
    struct lender lender;
    int max;
    bool over; /* nothing more is told */
    struct borrower {
        char name;
        bool waits;
        struct slot *slot;    /* NULL: has none */
        struct scripted *had; /* what was lent last */
        bool given;           /* it is in the pool, since: */
        int64_t since;
    } borrowers[26]; /* A to Z */
} scene;

/* What is wrong with a connection that is lent, or NULL. */
static const char *fault_of(const struct scripted *connection)
{
    for (int i = 0; i < 26; i++) {
        const struct borrower *other = &scene.borrowers[i];

        if (other->slot && other->had == connection)
            return "one that somebody has";
        if (other->given && other->had == connection &&
            scene.server.now_ms - other->since > IDLE_MAX_MS)
            return "one that has been idle for more than a minute";
    }
    if (connection->state != OPEN)
        return "one that is not open";
    if (connection->dead)
        return "a dead one";
    return connection->dirty ? "one in a transaction" : NULL;
}

static void on_taken(struct slot *slot, const char *error, void *arg)
{
    struct borrower *borrower = arg;
    const char *fault;

    borrower->waits = false;
    fault = error ? error : fault_of(slot->connection);
    if (!scene.over)
        printf("%c has %s%s\n", borrower->name, error ? "none: " : "",
               fault ? fault : "a good one");
    if (error)
        return;
    for (int i = 0; i < 26; i++)
        if (scene.borrowers[i].had == slot->connection)
            scene.borrowers[i].given = false;
    borrower->slot = slot;
    borrower->had = slot->connection;
}

/* A step of a borrower. Returns 0, or -1: no such step. */
static int borrower_step(struct borrower *borrower, const char *verb)
{
    struct slot *slot = borrower->slot;

    if (!strcmp(verb, "take") && !slot && !borrower->waits) {
        borrower->waits = true;
        if (lender_take(&scene.lender, on_taken, borrower) < 0)
            on_taken(NULL, "out of memory", borrower);
        return 0;
    }
    if (!borrower->had) /* nothing to do with it */
        return 0;
    if (!strcmp(verb, "give")) {
        borrower->slot = NULL;
        borrower->given = slot;
        borrower->since = scene.server.now_ms;
        if (slot)
            lender_give(&scene.lender, slot);
    } else if (!strcmp(verb, "kill")) {
        borrower->had->dead = true;
    } else if (!strcmp(verb, "dirty")) {
        borrower->had->dirty = true;
    } else {
        return -1;
    }
    return 0;
}

static void on_trace(const struct scripted *connection, const char *what)
{
    int now = connection->server->asked - connection->server->gone;

    if (!scene.over && !strcmp(what, "opens") && now > scene.max)
        printf("too many: %d connections at once\n", now);
}

static void tell_counts(void)
{
    printf("%d now, %d ever", scene.server.asked - scene.server.gone,
           scene.server.asked);
    for (int i = 0; i < 26; i++)
        if (scene.borrowers[i].waits)
            printf(", %c waits", 'A' + i);
    putchar('\n');
}

/* What a slow server has to say about the oldest of those in that state. */
static void server_says(int state, const char *error)
{
    struct scripted *oldest = NULL;

    for (struct scripted *s = scene.server.last; s; s = s->next)
        if ((int)s->state == state)
            oldest = s;
    if (!oldest)
        return;
    scripted_answer(oldest, error);
    scripted_gone(oldest);
}

/* Any other step. Returns 0, or -1: no such step. */
static int step(const char *verb, const char *value)
{
    if (!strcmp(verb, "refuse") || !strcmp(verb, "accept"))
        scene.server.refuses = verb[0] == 'r' ? "refused" : NULL;
    else if (!strcmp(verb, "nomemory") || !strcmp(verb, "memory"))
        scene.server.no_memory = verb[0] == 'n';
    else if (!strcmp(verb, "slow"))
        scene.server.slow = scene.server.slow_close = true;
    else if (!strcmp(verb, "answer"))
        server_says(OPENING, NULL);
    else if (!strcmp(verb, "fail"))
        server_says(OPENING, "refused");
    else if (!strcmp(verb, "gone"))
        server_says(CLOSING, NULL);
    else if (!strcmp(verb, "count"))
        tell_counts();
    else if (!strcmp(verb, "sleep") && value)
        scene.server.now_ms += strtoll(value, NULL, 10);
    else if (value && value[0] >= 'A' && value[0] <= 'Z')
        return borrower_step(&scene.borrowers[value[0] - 'A'], verb);
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
            fprintf(stderr, "3_corpses: no such step: %s\n", *steps);
            return -1;
        }
        if (event_base_loop(scene.base, 0) < 0)
            return -1;
    }
    return 0;
}

/* What is lent comes back, what is under way ends, then the lender does. */
static void end_scene(void)
{
    struct slot *slot;

    scene.over = true;
    scene.server.slow = scene.server.slow_close = false;
    for (int i = 0; i < 26; i++) {
        server_says(OPENING, NULL);
        server_says(CLOSING, NULL);
        event_base_loop(scene.base, 0);
    }
    for (int i = 0; i < 26; i++) {
        slot = scene.borrowers[i].slot;
        scene.borrowers[i].slot = NULL;
        if (slot)
            lender_give(&scene.lender, slot);
        event_base_loop(scene.base, 0);
    }
    lender_end(&scene.lender);
    event_base_loop(scene.base, 0);
    if (scene.server.fault)
        printf("a connection was %s\n", scene.server.fault);
    scripted_free(&scene.server);
}

int main(int argc, char **argv)
{
    int status = 1;

    if (argc < 2 || (scene.max = (int)strtol(argv[1], NULL, 10)) < 1) {
        fputs("usage: 3_corpses MAX STEP...\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    scene.base = event_base_new();
    if (!scene.base)
        return 1;
    for (int i = 0; i < 26; i++)
        scene.borrowers[i].name = (char)('A' + i);
    scene.server.base = scene.base;
    scene.server.trace = on_trace;
    lender_init(&scene.lender, &scene.server, scene.max);
    if (play(argv + 2) == 0)
        status = 0;
    end_scene();
    event_base_free(scene.base);
    libevent_global_shutdown();
    return status;
}
