/* 2_both — two connections at once, and nobody waits for ever.
 *
 * asyncio: two pool.acquire() in one async with, and a timeout around both
 * Run:     ./2_both 2 want:AB give:A give:B count
 *          Two connections at most; after each step the loop does what is to do.
 *          A, B, C are borrowers:
 *            want:ABC        each wants two connections, A before B before C
 *            want:A:MS       and waits for so many milliseconds, else 10 s
 *            one:X           wants only one
 *            give:A          gives back what it has
 *            cancel:A        does not want them any more
 *            sleep:MS        waits
 *            refuse, accept  from now on connects fail; or not
 *            nomemory:N      the Nth pool_acquire from now on finds no memory
 *            count           how many connections are lent
 * Prints:  A has two
 *          B has two
 *          lent 0
 * Task:    README.md#2             Check: make practice EXERCISE=04-2
 */
#include "scripted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct event_base *base; /* should you want a timer of your own */

/* error: NULL, or why there are none (then both connections are NULL); its words
 * are valid during the call. */
typedef void (*both_fn)(struct lease first, struct lease second,
                        const char *error, void *arg);

/* What you ask and release goes by way of the scenes, which look at it. */
static int64_t seen_acquire(struct pool *pool, int timeout_ms,
                            pool_acquired acquired, void *arg);
static int seen_release(struct pool *pool, struct lease lease);
#define pool_acquire seen_acquire
#define pool_release seen_release

/* ---- Your part: two leases, or none. ---- */

/* One of the two. */
struct half {
    struct both *both;
    int64_t ticket; /* 0: it was answered */
    struct lease lease;
};

/* Somebody who waits for two. Freed when it is answered or cancelled. */
struct both {
    struct pool *pool;
    struct half halves[2];
    both_fn got;
    void *arg;
};

/* Whatever it has or waits for, it does not any more. */
static void both_undo(struct both *both)
{
    for (int i = 0; i < 2; i++) {
        if (both->halves[i].ticket)
            pool_cancel(both->pool, both->halves[i].ticket);
        else if (both->halves[i].lease.connection)
            pool_release(both->pool, both->halves[i].lease);
        both->halves[i].lease.connection = NULL;
    }
}

static void on_half(struct lease lease, const char *error, void *arg)
{
    struct half *half = arg;
    struct both *both = half->both;

    half->ticket = 0;
    half->lease = lease;
    if (error)
        both_undo(both);
    else if (both->halves[0].ticket || both->halves[1].ticket)
        return;
    both->got(both->halves[0].lease, both->halves[1].lease, error, both->arg);
    free(both);
}

/* Asks for two connections and waits for up to timeout_ms for them, both
 * together. `got` comes once, later, unless it is cancelled: with two leases, or
 * with none and an error. Returns NULL if there is no memory: then it does not
 * come. To ask for both in one breath is the whole secret: the pool serves in
 * order, so there is never more than one borrower who has but one. */
static struct both *both_acquire(struct pool *pool, int timeout_ms, both_fn got,
                                 void *arg)
{
    struct both *both = calloc(1, sizeof *both);

    if (!both)
        return NULL;
    both->pool = pool;
    both->got = got;
    both->arg = arg;
    for (int i = 0; i < 2; i++) {
        struct half *half = &both->halves[i];

        half->both = both;
        half->ticket = pool_acquire(pool, timeout_ms, on_half, half);
        if (half->ticket < 0) {
            half->ticket = 0;
            both_undo(both);
            free(both);
            return NULL;
        }
    }
    return both;
}

/* Not wanted any more: `got` does not come. Only before it has come. */
static void both_cancel(struct both *both)
{
    both_undo(both);
    free(both);
}

/* ---- The scenes: nothing is to be changed from here on. ---- */

enum { PATIENCE_MS = 10000, PASSES = 50 };

static struct scene {
    struct scripted_server server;
    struct pool_methods methods;
    struct pool *pool;
    bool closed;
    int memory_for; /* pool_acquire; 0: for all */
    struct borrower {
        char name;
        struct both *both; /* while it waits for two */
        bool waits_for_one;
        struct lease leases[2];
    } borrowers[26]; /* A to Z */
} scene;

#undef pool_acquire
#undef pool_release

static int64_t seen_acquire(struct pool *pool, int timeout_ms,
                            pool_acquired acquired, void *arg)
{
    if (scene.memory_for > 0 && --scene.memory_for == 0) {
        errno = ENOMEM;
        return -1;
    }
    return pool_acquire(pool, timeout_ms, acquired, arg);
}

static int seen_release(struct pool *pool, struct lease lease)
{
    int result = pool_release(pool, lease);

    if (result < 0 && lease.connection)
        puts("a lease was released that was not lent any more");
    return result;
}

/* Somebody was told an error. If nobody else waits who may have or want some, all
 * that is lent must be the borrowers', and the queue empty. */
static void look_at_rest(char name)
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
        look_at_rest(borrower->name);
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
            seen_release(scene.pool, borrower->leases[i]);
    memset(borrower->leases, 0, sizeof borrower->leases);
}

static void cancel(struct borrower *borrower)
{
    struct both *both = borrower->both;

    borrower->both = NULL; /* nothing remembers what is left then */
    if (both)
        both_cancel(both);
}

/* A step of a borrower. Returns 0, or -1: no such step. */
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

/* Any step. Returns 0, or -1: no such step. */
static int step(const char *verb, const char *value)
{
    const char *ms = value ? strchr(value, ':') : NULL;

    if (!strcmp(verb, "refuse") || !strcmp(verb, "accept")) {
        scene.server.refuses = verb[0] == 'r' ? "refused" : NULL;
    } else if (!strcmp(verb, "count")) {
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
static void settle(void)
{
    for (int i = 0; i < PASSES; i++)
        if (event_base_loop(base, EVLOOP_NONBLOCK) < 0)
            fputs("2_both: the loop failed\n", stderr);
}

/* Plays the steps. Returns 0, or -1 after an unknown one. */
static int play(char **steps)
{
    for (; *steps; steps++) {
        char *value = strchr(*steps, ':');

        if (value)
            *value++ = '\0';
        if (step(*steps, value) < 0) {
            fprintf(stderr, "2_both: no such step: %s\n", *steps);
            return -1;
        }
        settle();
    }
    return 0;
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    (void)pool;
    (void)error;
    (void)arg;
}

static void on_closed(void *arg)
{
    (void)arg;
    scene.closed = true;
}

int main(int argc, char **argv)
{
    struct pool_options options = {0, 2, -1};
    int status = 1;

    if (argc < 2 || (options.max_size = (int)strtol(argv[1], NULL, 10)) < 2) {
        fputs("usage: 2_both MAX STEP...\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (!base)
        return 1;
    scene.server.base = base;
    scene.methods = scripted_methods;
    scene.methods.now_ms = NULL; /* the real clock */
    for (int i = 0; i < 26; i++)
        scene.borrowers[i].name = (char)('A' + i);
    scene.pool = pool_new(base, &scene.methods, &scene.server, &options,
                          on_created, NULL);
    settle();
    if (scene.pool && play(argv + 2) == 0)
        status = 0;

    for (int i = 0; i < 26; i++) {
        cancel(&scene.borrowers[i]);
        give_back(&scene.borrowers[i]);
    }
    if (scene.pool) {
        pool_close(scene.pool, on_closed, NULL);
        settle();
        if (!scene.closed)
            printf("a lease was not released: %d lent at the end\n",
                   pool_counts(scene.pool).lent);
        pool_free(scene.pool);
    }
    scripted_free(&scene.server);
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
