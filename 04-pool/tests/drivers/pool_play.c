/* pool_play — plays a scene with a pool, on made-up connections, and tells what
 * happens.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -o pool_play pool_play.c ../../modules/connection_pool.c ../../modules/scripted.c ../../modules/waiters.c ../../../03-tasks/modules/heap.c $(pkg-config --cflags --libs libevent)
 * Run:   ./pool_play 'pool 0 1' 'ask A B' 'return A' 'return B' close
 *
 * Each argument is a step; after each, the loop runs until nothing is left to
 * do. Steps that are joined by ` + ` happen before the loop runs again.
 *
 *   pool [MIN MAX [RECYCLE]] makes the pool          count      tells its books
 *   ask WHO…, ask WHO MS     want a connection       sleep MS   time passes
 *   cancel WHO…              does not want it now    return WHO…  gives it back
 *   kill N…, dirty N…        what becomes of connection N
 *   refuse WORD, accept      what the server says to who connects
 *   slow, slow_close, fast   it waits for: answer N [WORD], gone N
 *   no_memory                for a connect           clear, close, terminate
 *   real_time                instead of a clock that only `sleep` moves
 *
 * WHO is a letter. After `close` and `terminate` the pool is freed once it says
 * that it is closed; "left:" tells what is not. After `keep` it is freed only
 * at the end. `close_too` closes, and does not ask to be told.
 */
#include "scripted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scene {
    struct event_base *base;
    struct scripted_server server;
    struct pool_methods methods;
    struct pool *pool;
    bool keep, closed;
    struct borrower { /* A to Z */
        int64_t ticket;
        struct lease lease;
    } borrowers[26];
} scene;

/* The number a word is, 0 if it is none. */
static int value_of(const char *word)
{
    return (int)strtol(word, NULL, 10);
}

static void on_trace(const struct scripted *connection, const char *what)
{
    printf("%d %s\n", connection->number, what);
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct borrower *borrower = arg;
    int who = 'A' + (int)(borrower - scene.borrowers);

    if (error) {
        printf("%c gets none: %s\n", who, error);
        return;
    }
    printf("%c has %d\n", who, ((struct scripted *)lease.connection)->number);
    borrower->lease = lease;
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    (void)arg;
    if (!error) {
        puts("created");
        return;
    }
    printf("no pool: %s\n", error);
    pool_free(pool);
    scene.pool = NULL;
}

static void on_closed(void *arg)
{
    (void)arg;
    puts("closed");
    scene.closed = true;
    if (scene.keep)
        return;
    pool_free(scene.pool);
    scene.pool = NULL;
}

static void tell_counts(void)
{
    struct pool_counts counts = pool_counts(scene.pool);

    printf("free %d, lent %d, opening %d, closing %d, waiting %d\n",
           counts.free, counts.lent, counts.opening, counts.closing,
           counts.waiting);
}

/* What the server is like from now on. Returns 0, or -1: no such step. */
static int server_step(struct scripted_server *server, const char *verb,
                       const char *words)
{
    if (!strcmp(verb, "refuse"))
        server->refuses = words;
    else if (!strcmp(verb, "accept"))
        server->refuses = NULL;
    else if (!strcmp(verb, "slow"))
        server->slow = true;
    else if (!strcmp(verb, "slow_close"))
        server->slow_close = true;
    else if (!strcmp(verb, "fast"))
        server->slow = server->slow_close = false;
    else if (!strcmp(verb, "no_memory"))
        server->no_memory = true;
    else if (!strcmp(verb, "real_time"))
        scene.methods.now_ms = NULL;
    else if (!strcmp(verb, "keep"))
        scene.keep = true;
    else
        return -1;
    return 0;
}

/* What becomes of one connection. */
static int connection_step(struct scripted *connection, const char *verb,
                           const char *words)
{
    if (!connection)
        return -1;
    if (!strcmp(verb, "kill"))
        connection->dead = true;
    else if (!strcmp(verb, "dirty"))
        connection->dirty = true;
    else if (!strcmp(verb, "answer"))
        scripted_answer(connection, words);
    else if (!strcmp(verb, "gone"))
        scripted_gone(connection);
    else
        return -1;
    return 0;
}

/* What is done with the pool itself. */
static int pool_step(const char *verb, int number)
{
    if (!strcmp(verb, "sleep")) {
        scene.server.now_ms += number;
        pool_look(scene.pool);
    } else if (!strcmp(verb, "count")) {
        tell_counts();
    } else if (!strcmp(verb, "clear")) {
        pool_clear(scene.pool);
    } else if (!strcmp(verb, "close")) {
        pool_close(scene.pool, on_closed, NULL);
    } else if (!strcmp(verb, "close_too")) {
        pool_close(scene.pool, NULL, NULL);
    } else if (!strcmp(verb, "terminate")) {
        pool_terminate(scene.pool, on_closed, NULL);
    } else {
        return -1;
    }
    return 0;
}

/* What one borrower does. */
static int borrower_step(struct borrower *borrower, const char *verb,
                         int timeout_ms)
{
    int who = 'A' + (int)(borrower - scene.borrowers);

    if (!strcmp(verb, "ask")) {
        borrower->ticket =
            pool_acquire(scene.pool, timeout_ms, on_lease, borrower);
        if (borrower->ticket < 0)
            printf("%c is refused: %s\n", who, strerror(errno));
    } else if (!strcmp(verb, "cancel")) {
        if (pool_cancel(scene.pool, borrower->ticket) < 0)
            printf("%c does not wait\n", who);
    } else if (!strcmp(verb, "return")) {
        if (pool_release(scene.pool, borrower->lease) < 0)
            printf("%c cannot return it: %s\n", who, strerror(errno));
    } else {
        return -1;
    }
    return 0;
}

/* pool [MIN MAX [RECYCLE]] */
static int make_pool(char **words, int n)
{
    struct pool_options options = pool_defaults;

    if (n > 2) {
        options.min_size = value_of(words[1]);
        options.max_size = value_of(words[2]);
    }
    if (n > 3)
        options.recycle_seconds = value_of(words[3]);
    scene.pool = pool_new(scene.base, &scene.methods, &scene.server,
                          n > 1 ? &options : NULL, on_created, NULL);
    return scene.pool ? 0 : -1;
}

/* Plays one step. Returns 0, or -1 if there is no such step. */
static int step(char *text)
{
    char *words[9] = {NULL}, *rest = NULL;
    int n = 0, number, failed = 0;

    while (n < 8 && (words[n] = strtok_r(n ? NULL : text, " ", &rest)))
        n++;
    if (n == 0)
        return -1;
    number = value_of(words[n - 1]);
    if (!strcmp(words[0], "pool"))
        return make_pool(words, n);
    if (server_step(&scene.server, words[0], words[1]) == 0)
        return 0;
    if (n == 2 && value_of(words[1]) > 0 && strcmp(words[0], "sleep") != 0)
        return connection_step(scripted_find(&scene.server, number), words[0],
                               NULL);
    if (n == 3 && !strcmp(words[0], "answer"))
        return connection_step(scripted_find(&scene.server, value_of(words[1])),
                               words[0], words[2]);
    if (!scene.pool)
        return -1;
    if (pool_step(words[0], number) == 0)
        return 0;
    for (int i = 1; i < n && *words[i] >= 'A' && *words[i] <= 'Z'; i++)
        failed |= borrower_step(&scene.borrowers[*words[i] - 'A'], words[0],
                                *words[n - 1] < 'A' ? number : -1);
    return n > 1 ? failed : -1;
}

/* Lets the loop run until it has nothing left to do. It may wait on the way,
 * but not go round and round. */
static int settle(void)
{
    int left = 100, nothing = 0;

    while (nothing == 0 && left-- > 0)
        nothing = event_base_loop(scene.base, EVLOOP_ONCE);
    if (nothing == 0)
        puts("fault: the loop never rests");
    return nothing == 1 ? 0 : -1;
}

/* Plays one argument, and lets the loop see to it. */
static int play(char *argument)
{
    char *next;

    for (char *part = argument; part; part = next) {
        next = strstr(part, " + ");
        if (next) {
            *next = '\0';
            next += 3;
        }
        if (step(part) < 0) {
            fprintf(stderr, "pool_play: '%s': not a step that can be played\n",
                    part);
            return -1;
        }
    }
    return settle();
}

int main(int argc, char **argv)
{
    int status = 0;

    scene.base = event_base_new();
    if (!scene.base)
        return 1;
    scene.server.base = scene.base;
    scene.methods = scripted_methods;
    scene.server.trace = on_trace;
    for (int i = 1; i < argc && status == 0; i++) {
        if (play(argv[i]) < 0)
            status = 2;
    }
    if (scene.server.fault) {
        printf("fault: a connection was %s\n", scene.server.fault);
        status = 1;
    }
    if (scene.pool && scene.closed) {
        pool_free(scene.pool);
    } else if (scene.pool) {
        printf("left: ");
        tell_counts();
        pool_terminate(scene.pool, on_closed, NULL);
        for (int i = 0; i < 26; i++)
            pool_release(scene.pool, scene.borrowers[i].lease);
        scene.server.trace = NULL;
        scene.server.slow_close = false;
        event_base_dispatch(scene.base);
        for (struct scripted *s = scene.server.last; s; s = s->next)
            scripted_gone(s);
        event_base_dispatch(scene.base);
    }
    scripted_free(&scene.server);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return status;
}
