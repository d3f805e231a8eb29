#include "2_scene.h"
#include "checked_pool.h"
#include "steps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 10000, PASSES = 50 };

static struct scene {
    struct scripted_server server;
    struct pool_methods methods;
    struct pool *pool;
    int memory_for; /* pool_acquire; 0: for all */
    struct borrower {
        char name;
        struct both *both; /* while it waits for two */
        bool waits_for_one;
        struct lease leases[2];
    } borrowers[26]; /* A to Z */
} scene;

struct event_base *base;

#undef pool_acquire
#undef pool_release

int64_t scene_acquire(struct pool *pool, int timeout_ms, pool_acquired acquired,
                      void *arg)
{
    if (scene.memory_for > 0) {
        scene.memory_for--;
        if (scene.memory_for == 0) {
            errno = ENOMEM;
            return -1;
        }
    }
    return pool_acquire(pool, timeout_ms, acquired, arg);
}

int scene_release(struct pool *pool, struct lease lease)
{
    return checked_pool_release(pool, lease);
}

/* A borrower was told an error. If no other waits that may have or want some,
 * all that is lent must be the borrowers', and the queue empty. */
static void check_rest(char name)
{
    struct pool_counts rest = pool_counts(scene.pool);

    for (int i = 0; i < 26; i++) {
        const struct borrower *borrower = &scene.borrowers[i];

        if (borrower->both || borrower->waits_for_one)
            return;
        for (int j = 0; j < 2; j++)
            if (borrower->leases[j].connection)
                rest.lent--;
    }
    if (rest.lent > 0 || rest.waiting > 0)
        printf("%c is told, and keeps %d leases, %d places in the queue\n",
               name, rest.lent, rest.waiting);
}

static void on_both(struct lease first, struct lease second, const char *error,
                    void *arg)
{
    struct borrower *borrower = arg;

    borrower->both = NULL;
    if (error) {
        printf("%c has none: %s\n", borrower->name, error);
        if (first.connection || second.connection)
            printf("%c is given a lease besides\n", borrower->name);
        check_rest(borrower->name);
        return;
    }
    borrower->leases[0] = first;
    borrower->leases[1] = second;
    printf("%c has %s\n", borrower->name,
           !first.connection || !second.connection ? "not two"
           : first.connection == second.connection ? "the same one twice"
                                                   : "two");
}

static void on_one(struct lease lease, const char *error, void *arg)
{
    struct borrower *borrower = arg;

    borrower->waits_for_one = false;
    borrower->leases[0] = lease;
    printf("%c has %s\n", borrower->name, error ? error : "one");
}

static void give_back(struct borrower *borrower)
{
    for (int i = 0; i < 2; i++)
        if (borrower->leases[i].connection)
            checked_pool_release(scene.pool, borrower->leases[i]);
    memset(borrower->leases, 0, sizeof borrower->leases);
}

static void cancel(struct borrower *borrower)
{
    struct both *both = borrower->both;

    borrower->both = NULL; /* so that LeakSanitizer sees what is left */
    if (both)
        both_cancel(both);
}

/* A step of a borrower. Returns 0; returns -1 if there is no such step. */
static int borrower_step(struct borrower *borrower, const char *verb, int ms)
{
    if (!strcmp(verb, "want")) {
        borrower->both = both_acquire(scene.pool, ms, on_both, borrower);
        if (!borrower->both)
            printf("%c cannot ask\n", borrower->name);
    } else if (!strcmp(verb, "one")) {
        borrower->waits_for_one =
            pool_acquire(scene.pool, PATIENCE_MS, on_one, borrower) >= 0;
        if (!borrower->waits_for_one)
            printf("%c cannot ask\n", borrower->name);
    } else if (!strcmp(verb, "give")) {
        give_back(borrower);
    } else if (!strcmp(verb, "cancel")) {
        cancel(borrower);
    } else {
        return -1;
    }
    return 0;
}

static int step(const char *verb, const char *value)
{
    const char *ms = value ? strchr(value, ':') : NULL;

    if (!strcmp(verb, "count")) {
        printf("lent %d\n", pool_counts(scene.pool).lent);
    } else if (!strcmp(verb, "nomemory") && value) {
        scene.memory_for = (int)strtol(value, NULL, 10);
    } else if (!strcmp(verb, "sleep") && value) {
        long time = strtol(value, NULL, 10);
        const struct timeval delay = {time / 1000, time % 1000 * 1000};

        if (event_base_loopexit(base, &delay) < 0 ||
            event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
            return -1;
    } else {
        for (; value && *value >= 'A' && *value <= 'Z'; value++)
            if (borrower_step(&scene.borrowers[*value - 'A'], verb,
                              ms ? (int)strtol(ms + 1, NULL, 10)
                                 : PATIENCE_MS) < 0)
                return -1;
        return value ? 0 : -1;
    }
    return 0;
}

/* All that can be done now. */
static int settle(void)
{
    for (int i = 0; i < PASSES; i++)
        if (event_base_loop(base, EVLOOP_NONBLOCK) < 0)
            fputs("2_both: the loop failed\n", stderr);
    return 0;
}

static int begin(int max)
{
    base = scene.server.base;
    scene.methods = scripted_methods;
    scene.methods.now_ms = NULL; /* the real clock */
    for (int i = 0; i < 26; i++)
        scene.borrowers[i].name = (char)('A' + i);
    scene.pool = checked_pool_new(&scene.methods, &scene.server, max);
    return scene.pool ? settle() : -1;
}

static void end(void)
{
    for (int i = 0; i < 26; i++) {
        cancel(&scene.borrowers[i]);
        give_back(&scene.borrowers[i]);
    }
    checked_pool_end(scene.pool, settle);
}

int main(int argc, char **argv)
{
    static const struct steps steps = {.program = "2_both",
                                       .least = 2,
                                       .server = &scene.server,
                                       .begin = begin,
                                       .step = step,
                                       .settle = settle,
                                       .end = end};

    return steps_main(&steps, argc, argv);
}
