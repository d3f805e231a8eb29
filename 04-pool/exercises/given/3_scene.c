#include "3_scene.h"
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene {
    struct scripted_server server;
    struct lender *lender;
    int max;
    bool over; /* nothing more is printed */
    struct borrower {
        struct taker taker; /* the first: a taker is its borrower */
        char name;
        bool waits;
        struct slot *slot;    /* NULL: has none */
        struct scripted *had; /* what was lent last */
        bool given;           /* it is in the pool, since: */
        int64_t since;
    } borrowers[26]; /* A to Z */
} scene;

void line_init(struct line *line)
{
    TAILQ_INIT(&line->takers);
    line->length = 0;
}

void line_add(struct line *line, struct taker *taker)
{
    TAILQ_INSERT_TAIL(&line->takers, taker, link);
    line->length++;
}

bool line_answer(struct line *line, struct slot *slot, const char *error)
{
    struct taker *first = TAILQ_FIRST(&line->takers);

    if (!first)
        return false;
    TAILQ_REMOVE(&line->takers, first, link);
    line->length--;
    first->taken(slot, error, first);
    return true;
}

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

static void on_taken(struct slot *slot, const char *error, struct taker *taker)
{
    struct borrower *borrower = (struct borrower *)taker;
    struct scripted *connection = error ? NULL : slot_connection(slot);
    const char *fault = error ? error : fault_of(connection);

    borrower->waits = false;
    if (!scene.over)
        printf("%c has %s%s\n", borrower->name, error ? "none: " : "",
               fault ? fault : "a good one");
    if (error)
        return;
    for (int i = 0; i < 26; i++)
        if (scene.borrowers[i].had == connection)
            scene.borrowers[i].given = false;
    borrower->slot = slot;
    borrower->had = connection;
}

/* A step of a borrower. Returns 0; returns -1 if there is no such step. */
static int borrower_step(struct borrower *borrower, const char *verb)
{
    struct slot *slot = borrower->slot;

    if (!strcmp(verb, "take") && !slot && !borrower->waits) {
        borrower->waits = true;
        lender_take(scene.lender, &borrower->taker);
        return 0;
    }
    if (!borrower->had) /* nothing to do with it */
        return 0;
    if (!strcmp(verb, "give")) {
        borrower->slot = NULL;
        borrower->given = slot;
        borrower->since = scene.server.now_ms;
        if (slot)
            lender_give(scene.lender, slot);
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

static void print_counts(void)
{
    printf("%d now, %d ever", scene.server.asked - scene.server.gone,
           scene.server.asked);
    for (int i = 0; i < 26; i++)
        if (scene.borrowers[i].waits)
            printf(", %c waits", 'A' + i);
    putchar('\n');
}

/* A slow server ends what the oldest connection in that state waits for. */
static void server_ends(int state, const char *error)
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

static int step(const char *verb, const char *value)
{
    if (!strcmp(verb, "nomemory") || !strcmp(verb, "memory"))
        scene.server.no_memory = verb[0] == 'n';
    else if (!strcmp(verb, "slow"))
        scene.server.slow = scene.server.slow_close = true;
    else if (!strcmp(verb, "answer"))
        server_ends(OPENING, NULL);
    else if (!strcmp(verb, "fail"))
        server_ends(OPENING, "refused");
    else if (!strcmp(verb, "gone"))
        server_ends(CLOSING, NULL);
    else if (!strcmp(verb, "count"))
        print_counts();
    else if (!strcmp(verb, "sleep") && value)
        scene.server.now_ms += strtoll(value, NULL, 10);
    else if (value && value[0] >= 'A' && value[0] <= 'Z')
        return borrower_step(&scene.borrowers[value[0] - 'A'], verb);
    else
        return -1;
    return 0;
}

static int settle(void)
{
    return event_base_loop(scene.server.base, 0) < 0 ? -1 : 0;
}

static int begin(int max)
{
    for (int i = 0; i < 26; i++) {
        scene.borrowers[i].taker.taken = on_taken;
        scene.borrowers[i].name = (char)('A' + i);
    }
    scene.max = max;
    scene.server.trace = on_trace;
    scene.lender = lender_new(&scene.server, max);
    return scene.lender ? 0 : -1;
}

/* What is lent comes back, what is under way ends, then the lender does. */
static void end(void)
{
    if (!scene.lender)
        return;
    scene.over = true;
    scene.server.slow = scene.server.slow_close = false;
    for (int i = 0; i < 26; i++) {
        server_ends(OPENING, NULL);
        server_ends(CLOSING, NULL);
        settle();
    }
    for (int i = 0; i < 26; i++) {
        struct slot *slot = scene.borrowers[i].slot;

        scene.borrowers[i].slot = NULL;
        if (slot)
            lender_give(scene.lender, slot);
        settle();
    }
    lender_end(scene.lender);
    settle();
    if (scene.server.fault)
        printf("a connection was %s\n", scene.server.fault);
    free(scene.lender);
}

int main(int argc, char **argv)
{
    static const struct steps steps = {.program = "3_corpses",
                                       .least = 1,
                                       .server = &scene.server,
                                       .begin = begin,
                                       .step = step,
                                       .settle = settle,
                                       .end = end};

    return steps_main(&steps, argc, argv);
}
