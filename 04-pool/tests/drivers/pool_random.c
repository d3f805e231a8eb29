/* pool_random — thousands of random steps with a pool; after each, its books are
 * looked into.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -o pool_random pool_random.c ../../modules/connection_pool.c ../../modules/scripted.c ../../modules/waiters.c ../../../03-tasks/modules/heap.c $(pkg-config --cflags --libs libevent)
 * Run:   ./pool_random [SEED]
 *
 * 20 borrowers ask, return, cancel, run out of time, and do so from inside
 * their callbacks, too; connects are slow, fail, are out of memory; idle
 * connections die or are too old; in between the pool is cleared, and each of
 * the 50 pools ends with a close or a terminate in the middle of all that.
 */
#include "scripted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BORROWERS = 20, ROUNDS = 50, STEPS = 400, RECYCLE = 5 };

struct borrower {
    enum { AWAY, WAITS, HAS } state;
    int64_t ticket, deadline;
    struct lease lease;
};

static struct world {
    struct event_base *base;
    struct scripted_server server;
    struct pool *pool;
    struct pool_options options;
    struct borrower borrowers[BORROWERS];
    uint32_t random;
    int step;
    const char *fault; /* the first one */
    bool closing, closed;
    long asked, leases, errors, cancelled; /* over all rounds */
} world;

static int below(int limit) /* a random number, by xorshift */
{
    world.random ^= world.random << 13;
    world.random ^= world.random >> 17;
    world.random ^= world.random << 5;
    return (int)(world.random % (unsigned)limit);
}

static void expect(bool holds, const char *fault)
{
    if (!holds && !world.fault)
        world.fault = fault;
}

static void act(struct borrower *borrower);

/* The answer of an acquire: is it one that may come now? */
static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct borrower *borrower = arg;
    struct scripted *connection = lease.connection;

    expect(borrower->state == WAITS, "an answer to one who does not wait");
    borrower->state = error ? AWAY : HAS;
    borrower->lease = lease;
    if (error) {
        world.errors++;
        expect(!connection, "an error and a connection");
        expect(error != POOL_TIMED_OUT ||
                   borrower->deadline <= world.server.now_ms,
               "timed out too early");
    } else {
        world.leases++;
        expect(!world.closing, "a lease from a pool that closes");
        expect(connection->state == OPEN && !connection->dead,
               "a connection was lent that is not open");
        expect(!connection->dirty, "a connection was lent in a transaction");
        expect(world.server.now_ms - connection->used_ms <= RECYCLE * 1000,
               "a connection was lent that is too old");
        for (int i = 0; i < BORROWERS; i++) {
            const struct borrower *other = &world.borrowers[i];

            expect(other == borrower || other->state != HAS ||
                       other->lease.connection != connection,
                   "a connection is lent twice");
            expect(other->state != WAITS || other->ticket > borrower->ticket,
                   "somebody was overtaken");
        }
    }
    if (below(4) == 0)
        act(&world.borrowers[below(BORROWERS)]);
}

/* A borrower does what it can do now. */
static void act(struct borrower *borrower)
{
    struct scripted *connection = borrower->lease.connection;
    struct lease of_another_pool = {&world, borrower->lease.number};
    int timeout_ms = below(2) ? -1 : below(3000);

    if (world.closed)
        return;
    switch (borrower->state) {
    case AWAY:
        expect(pool_release(world.pool, borrower->lease) < 0,
               "an old lease was taken back");
        expect(pool_cancel(world.pool, borrower->ticket) < 0,
               "an old ticket was cancelled");
        borrower->deadline =
            timeout_ms < 0 ? INT64_MAX : world.server.now_ms + timeout_ms;
        borrower->ticket =
            pool_acquire(world.pool, timeout_ms, on_lease, borrower);
        expect((borrower->ticket < 0) == world.closing, "asked in vain");
        if (borrower->ticket > 0) {
            borrower->state = WAITS;
            world.asked++;
        }
        break;
    case WAITS:
        if (below(3) > 0)
            break;
        expect(pool_cancel(world.pool, borrower->ticket) == 0,
               "a waiter could not cancel");
        borrower->state = AWAY;
        world.cancelled++;
        break;
    case HAS:
        connection->dirty = connection->dirty || below(5) == 0;
        connection->used_ms = world.server.now_ms;
        borrower->state = AWAY;
        expect(pool_release(world.pool, of_another_pool) < 0,
               "another pool's lease was taken back");
        expect(pool_release(world.pool, borrower->lease) == 0,
               "a lease was not taken back");
        break;
    }
}

/* Something happens to the server or to one of its connections. */
static void happen(void)
{
    struct scripted_server *server = &world.server;
    struct scripted *s = server->last;

    for (int back = below(12); s && back > 0; back--)
        s = s->next;
    switch (below(10)) {
    case 0:
        server->refuses = below(8) ? NULL : "refused";
        break;
    case 1:
        server->slow = below(2);
        server->slow_close = below(2);
        server->no_memory = below(16) == 0;
        break;
    case 2:
        server->now_ms += below(2000);
        pool_look(world.pool);
        break;
    case 3:
        if (below(10) == 0)
            pool_clear(world.pool);
        break;
    case 4:
        if (s && s->state == OPEN)
            s->dead = true;
        break;
    default:
        if (s && s->state == OPENING)
            scripted_answer(s, below(8) ? NULL : "failed");
        else if (s)
            scripted_gone(s);
        break;
    }
}

/* Nothing is left to do in the loop: do the books balance, does nobody wait for
 * what is there? */
static void look_into_books(void)
{
    struct pool_counts counts = pool_counts(world.pool);
    int size = counts.free + counts.lent + counts.opening + counts.closing;
    int waiting = 0, lent = 0, open = 0, opening = 0, closing = 0;

    for (const struct scripted *s = world.server.last; s; s = s->next) {
        open += s->state == OPEN;
        opening += s->state == OPENING;
        closing += s->state == CLOSING;
    }
    for (int i = 0; i < BORROWERS; i++) {
        const struct borrower *borrower = &world.borrowers[i];

        waiting += borrower->state == WAITS;
        lent += borrower->state == HAS;
        expect(borrower->state != WAITS ||
                   borrower->deadline > world.server.now_ms,
               "somebody waits whose time is up");
    }
    expect(size <= world.options.max_size, "more than max_size connections");
    expect(counts.lent == lent && counts.waiting == waiting &&
               counts.free + counts.lent == open && counts.closing == closing &&
               counts.opening == opening,
           "the books are wrong");
    expect(waiting == 0 || !world.closing, "a closing pool lets one wait");
    expect(waiting == 0 || counts.free == 0, "a waiter beside a free one");
    expect(waiting == 0 || opening > 0 || size == world.options.max_size,
           "a waiter, and nothing is on its way");
    expect(!world.server.fault, world.server.fault);
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    (void)arg;
    (void)pool;
    world.closed = error;
}

static void on_closed(void *arg)
{
    (void)arg;
    expect(!world.closed, "closed twice");
    world.closed = true;
}

/* One pool, from its creation to its end. */
static void play_round(void)
{
    memset(world.borrowers, 0, sizeof world.borrowers);
    world.closing = world.closed = false;
    world.server = (struct scripted_server){.base = world.base};
    world.options.max_size = 1 + below(6);
    world.options.min_size = below(world.options.max_size + 1);
    world.options.recycle_seconds = RECYCLE;
    world.pool = pool_new(world.base, &scripted_methods, &world.server,
                          &world.options, on_created, NULL);
    event_base_dispatch(world.base);
    for (int i = 0; i < STEPS && !world.closed && !world.fault;
         i++, world.step++) {
        for (int together = below(3); together >= 0; together--) {
            if (below(3))
                act(&world.borrowers[below(BORROWERS)]);
            else
                happen();
        }
        if (i == STEPS - 50 || (world.closing && below(20) == 0)) {
            world.closing = true;
            (below(2) ? pool_close : pool_terminate)(world.pool, on_closed,
                                                     NULL);
        }
        event_base_dispatch(world.base);
        look_into_books();
    }
    /* Whoever has one gives it back; then all must come to an end. */
    for (int i = 0; i < BORROWERS; i++) {
        if (world.borrowers[i].state == HAS)
            act(&world.borrowers[i]);
    }
    world.server.slow_close = false;
    for (struct scripted *s = world.server.last; s; s = s->next)
        scripted_gone(s);
    event_base_dispatch(world.base);
    expect(world.closed, "the pool did not close");
    pool_close(world.pool, NULL, NULL);
    event_base_dispatch(world.base);
    pool_free(world.pool);
    expect(world.server.asked == world.server.gone, "a connection was left");
    for (int i = 0; i < BORROWERS; i++)
        expect(world.borrowers[i].state == AWAY, "somebody got no answer");
    scripted_free(&world.server);
}

int main(int argc, char **argv)
{
    world.random = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
    world.random = world.random * 2654435761U | 1;
    world.base = event_base_new();
    if (!world.base)
        return 1;
    for (int i = 0; i < ROUNDS && !world.fault; i++)
        play_round();
    expect(world.asked == world.leases + world.errors + world.cancelled,
           "not one answer for each");
    if (world.fault)
        printf("step %d: %s\n", world.step, world.fault);
    else
        printf("%d steps, %ld asked: %ld leases, %ld errors, %ld cancelled\n",
               world.step, world.asked, world.leases, world.errors,
               world.cancelled);
    event_base_free(world.base);
    libevent_global_shutdown();
    return world.fault ? 1 : 0;
}
