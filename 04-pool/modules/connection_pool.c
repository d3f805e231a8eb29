#include "connection_pool.h"
#include "waiters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

/* A connection and its place in the pool. Owned by the pool throughout. */
struct entry {
    TAILQ_ENTRY(entry) link; /* in free, opening, lent; while closing in none */
    LIST_ENTRY(entry) with_loan; /* in one of pool->loan_lists, while lent */
    struct pool *pool;
    void *connection;
    uint64_t loan;      /* the number of its lease, while it is lent */
    int64_t last_asked; /* the newest ticket when it began to open */
    int64_t idle_since; /* while it is free, in ms */
};

TAILQ_HEAD(entries, entry);
LIST_HEAD(loan_list, entry);

/* After so many answers the pool lets the loop look for other news. */
enum { ANSWERS_A_PASS = 256, MAX_LOAN_LISTS = 65536 };

struct pool {
    const struct pool_methods *methods; /* the caller's */
    void *methods_arg;
    struct pool_options options;
    int size;            /* all entries, wherever they are */
    struct entries free; /* the longest unused is the first */
    struct entries opening;
    int opening_count;
    struct entries lent;
    uint64_t loans; /* ever given */
    struct waiters waiters;
    struct event *work;   /* owned: nearly everything happens in on_work */
    bool working, again;  /* in on_work; it has work left for another turn */
    bool failing;         /* the connect that ended last has failed */
    int missing;          /* of the first min_size, not open yet */
    pool_created created; /* NULL once it has been called */
    void *created_arg;
    const char *failure; /* why the pool could not be made, or NULL: one of */
    char words[160];     /* POOL_…, or this */
    bool closing, terminated;
    pool_closed closed;
    void *closed_arg;
    int loan_list_count;
    struct loan_list loan_lists[]; /* the lent, by the number of their lease */
};

const char POOL_TIMED_OUT[] = "timed out";
const char POOL_CLOSING[] = "the pool is closing";
const char POOL_NO_MEMORY[] = "out of memory";

const struct pool_options pool_defaults = {1, 10, -1};

static const struct lease no_lease = {NULL, 0};

static int64_t pool_now(const struct pool *pool)
{
    struct timespec now;

    if (pool->methods->now_ms)
        return pool->methods->now_ms(pool->methods_arg);
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Something has changed: on_work will see to it, at once while this pass of the
 * loop has had few answers. The rest waits for the next pass, for which a timer
 * calls: else borrowers who return and ask again without any I/O would keep the
 * loop from all other events (card 01-07). To wait each time would cost a look
 * for news for each query: a quarter more processor time, in pool_load. */
static void pool_wake(struct pool *pool)
{
    const struct timeval next_pass = {0, 0};

    if (pool->working)
        pool->again = true;
    else if (pool->waiters.answered < ANSWERS_A_PASS ||
             event_add(pool->work, &next_pass) < 0)
        event_active(pool->work, 0, 0);
}

/* The connection is gone, and there is room for another. */
static void on_entry_closed(void *arg)
{
    struct entry *entry = arg;
    struct pool *pool = entry->pool;

    free(entry);
    pool->size--;
    pool_wake(pool);
}

/* Ends a connection that is in no list any more. */
static void entry_close(struct entry *entry)
{
    entry->pool->methods->close(entry->connection, on_entry_closed, entry);
}

/* Puts a connection with those that may be lent, behind them. */
static void entry_set_free(struct entry *entry)
{
    entry->idle_since = pool_now(entry->pool);
    TAILQ_INSERT_TAIL(&entry->pool->free, entry, link);
}

/* Is it not too old, and alive? */
static bool entry_is_fit(const struct entry *entry)
{
    const struct pool *pool = entry->pool;
    int64_t recycle_ms = (int64_t)pool->options.recycle_seconds * 1000;

    if (recycle_ms >= 0 && pool_now(pool) - entry->idle_since > recycle_ms)
        return false;
    return !pool->methods->alive || pool->methods->alive(entry->connection);
}

/* Where a lease with this number is to be found. Numbers count up, so they are
 * spread evenly: no walk through all, in whichever order they return. */
static struct loan_list *loan_list_of(struct pool *pool, uint64_t loan)
{
    return &pool->loan_lists[loan % (uint64_t)pool->loan_list_count];
}

/* Lends what is free to who waits, in order, up to this ticket: those who ask
 * meanwhile have their turn later. */
static void lend_free(struct pool *pool, int64_t up_to)
{
    struct entry *entry;

    while (!pool->closing && waiters_wait(&pool->waiters, up_to) &&
           (entry = TAILQ_FIRST(&pool->free))) {
        TAILQ_REMOVE(&pool->free, entry, link);
        if (!entry_is_fit(entry)) {
            entry_close(entry);
            continue;
        }
        entry->loan = ++pool->loans;
        TAILQ_INSERT_TAIL(&pool->lent, entry, link);
        LIST_INSERT_HEAD(loan_list_of(pool, entry->loan), entry, with_loan);
        waiters_answer(&pool->waiters,
                       (struct lease){entry->connection, entry->loan}, NULL);
    }
}

/* A connect has failed: tells the first waiter, unless another connection is on
 * its way to him. With nothing left that could come back to anybody, tells all
 * who have waited through this attempt: more attempts would only keep them. */
static void tell_failure(struct pool *pool, const struct entry *entry,
                         const char *error)
{
    if (!pool->closing && pool->waiters.count > pool->opening_count)
        waiters_answer(&pool->waiters, no_lease, error);
    while (!pool->closing && pool->opening_count == 0 &&
           TAILQ_EMPTY(&pool->lent) && TAILQ_EMPTY(&pool->free) &&
           waiters_wait(&pool->waiters, entry->last_asked))
        waiters_answer(&pool->waiters, no_lease, error);
}

/* A connection is ready to be lent, or could not be opened. */
static void on_opened(void *connection, const char *error, void *arg)
{
    struct entry *entry = arg;
    struct pool *pool = entry->pool;

    (void)connection;
    TAILQ_REMOVE(&pool->opening, entry, link);
    pool->opening_count--;
    pool->failing = error;
    if (!error) {
        entry_set_free(entry);
        if (pool->missing > 0)
            pool->missing--;
    } else {
        if (pool->created) {
            snprintf(pool->words, sizeof pool->words, "%s", error);
            pool->failure = pool->words;
            pool->closing = true;
        }
        lend_free(pool, pool->waiters.last_ticket);
        tell_failure(pool, entry, error);
        entry_close(entry); /* and with it, perhaps, the error's words */
    }
    pool_wake(pool);
}

/* Begins to open one more. Returns 0, or -1 without memory. */
static int open_one(struct pool *pool)
{
    struct entry *entry = calloc(1, sizeof *entry);

    if (!entry)
        return -1;
    entry->pool = pool;
    entry->last_asked = pool->waiters.last_ticket;
    entry->connection =
        pool->methods->open(pool->methods_arg, on_opened, entry);
    if (!entry->connection) {
        free(entry);
        return -1;
    }
    TAILQ_INSERT_TAIL(&pool->opening, entry, link);
    pool->opening_count++;
    pool->size++;
    return 0;
}

/* Opens as many as are waited for, if there is room; after a failure, not before
 * the others that are being tried have come to an end. */
static void open_wanted(struct pool *pool)
{
    if (pool->failing && pool->opening_count > 0)
        return;
    while (!pool->closing && pool->waiters.count > pool->opening_count &&
           pool->size < pool->options.max_size) {
        if (open_one(pool) < 0) {
            pool_wake(pool); /* the others have another try */
            waiters_answer(&pool->waiters, no_lease, POOL_NO_MEMORY);
            return;
        }
    }
}

/* Ends the turn of on_work: the next one is due soon, or when the time of the
 * next waiter is up. */
static void end_turn(struct pool *pool)
{
    int64_t wait = waiters_deadline(&pool->waiters);
    struct timeval delay = {0, 0};

    pool->working = false;
    if (pool->again) {
        pool->again = false;
        pool_wake(pool);
        return;
    }
    if (wait == NEVER || pool->methods->now_ms)
        return;
    wait -= pool_now(pool);
    if (wait > 0)
        delay = (struct timeval){(time_t)(wait / 1000),
                                 (suseconds_t)(wait % 1000 * 1000)};
    if (event_add(pool->work, &delay) < 0) /* rather now than never */
        event_active(pool->work, 0, 0);
}

/* Closing: whoever waits is told, what is not lent goes, and when all is gone,
 * so is the pool's work. May be the last thing the pool does. */
static void close_down(struct pool *pool)
{
    const char *why = pool->failure ? pool->failure : POOL_CLOSING;
    struct entry *entry;

    while (pool->waiters.count > 0)
        waiters_answer(&pool->waiters, no_lease, why);
    while ((entry = TAILQ_FIRST(&pool->opening))) {
        TAILQ_REMOVE(&pool->opening, entry, link);
        pool->opening_count--;
        entry_close(entry);
    }
    pool_clear(pool);
    end_turn(pool);
    if (pool->size > 0)
        return;
    if (pool->created) {
        pool_created created = pool->created;

        pool->created = NULL;
        created(pool, why, pool->created_arg); /* may free the pool */
    } else if (pool->closed) {
        pool_closed closed = pool->closed;

        pool->closed = NULL;
        closed(pool->closed_arg); /* may free the pool */
    }
}

/* The one place where things happen, called from the loop. */
static void on_work(evutil_socket_t fd, short events, void *arg)
{
    struct pool *pool = arg;
    int64_t up_to;

    (void)fd;
    if (events & EV_TIMEOUT) /* a new pass */
        pool->waiters.answered = 0;
    pool->working = true;
    if (pool->closing) {
        close_down(pool);
        return;
    }
    if (pool->created && pool->missing == 0) {
        pool_created created = pool->created;

        pool->created = NULL;
        created(pool, NULL, pool->created_arg);
    }
    up_to = pool->waiters.last_ticket;
    if (!pool->created)
        lend_free(pool, up_to);
    waiters_time_out(&pool->waiters, pool_now(pool), up_to);
    if (!pool->created)
        open_wanted(pool);
    end_turn(pool);
}

/* Are these possible? If not, says why in pool->words. */
static bool check_options(struct pool *pool, const struct pool_options *o)
{
    char *why = pool->words;
    size_t size = sizeof pool->words;

    if (o->min_size < 0)
        snprintf(why, size, "min_size is %d: 0 or more", o->min_size);
    else if (o->max_size < 1)
        snprintf(why, size, "max_size is %d: 1 or more", o->max_size);
    else if (o->max_size < o->min_size)
        snprintf(why, size, "max_size %d is less than min_size %d", o->max_size,
                 o->min_size);
    else if (o->recycle_seconds < -1)
        snprintf(why, size, "recycle_seconds is %d: -1 (never) or more",
                 o->recycle_seconds);
    return !*why;
}

struct pool *pool_new(struct event_base *base,
                      const struct pool_methods *methods, void *methods_arg,
                      const struct pool_options *options, pool_created created,
                      void *arg)
{
    int size = (options ? options : &pool_defaults)->max_size;
    int lists = size < 1 ? 1 : size < MAX_LOAN_LISTS ? size : MAX_LOAN_LISTS;
    struct pool *pool =
        calloc(1, sizeof *pool + (size_t)lists * sizeof pool->loan_lists[0]);

    if (!pool)
        return NULL;
    pool->loan_list_count = lists;
    pool->work = event_new(base, -1, 0, on_work, pool);
    if (!pool->work) {
        free(pool);
        return NULL;
    }
    pool->methods = methods;
    pool->methods_arg = methods_arg;
    pool->options = options ? *options : pool_defaults;
    pool->created = created;
    pool->created_arg = arg;
    TAILQ_INIT(&pool->free);
    TAILQ_INIT(&pool->opening);
    TAILQ_INIT(&pool->lent);
    waiters_init(&pool->waiters);
    pool->waiters.answered = ANSWERS_A_PASS; /* the first turn: a pass later */
    if (!check_options(pool, &pool->options)) {
        pool->failure = pool->words;
        pool->closing = true;
    }
    while (!pool->closing && pool->missing < pool->options.min_size) {
        pool->missing++;
        if (open_one(pool) < 0) {
            pool->failure = POOL_NO_MEMORY;
            pool->closing = true;
        }
    }
    pool_wake(pool);
    return pool;
}

int64_t pool_acquire(struct pool *pool, int timeout_ms, pool_acquired acquired,
                     void *arg)
{
    if (pool->closing) {
        errno = ESHUTDOWN;
        return -1;
    }
    pool_wake(pool);
    return waiters_join(&pool->waiters,
                        timeout_ms < 0 ? NEVER : pool_now(pool) + timeout_ms,
                        acquired, arg);
}

int pool_cancel(struct pool *pool, int64_t ticket)
{
    return waiters_cancel(&pool->waiters, ticket);
}

int pool_release(struct pool *pool, struct lease lease)
{
    const struct pool_methods *methods = pool->methods;
    struct entry *entry = LIST_FIRST(loan_list_of(pool, lease.number));

    /* The connection, too: another pool's lease may have the same number. */
    while (entry && (entry->loan != lease.number ||
                     entry->connection != lease.connection))
        entry = LIST_NEXT(entry, with_loan);
    if (!entry) {
        errno = EINVAL;
        return -1;
    }
    TAILQ_REMOVE(&pool->lent, entry, link);
    LIST_REMOVE(entry, with_loan);
    if (!methods->reusable || methods->reusable(entry->connection))
        entry_set_free(entry); /* if we are closing, on_work ends it there */
    else
        entry_close(entry);
    pool_wake(pool);
    return 0;
}

void pool_clear(struct pool *pool)
{
    struct entry *entry;

    while ((entry = TAILQ_FIRST(&pool->free))) {
        TAILQ_REMOVE(&pool->free, entry, link);
        entry_close(entry);
    }
}

void pool_close(struct pool *pool, pool_closed closed, void *arg)
{
    pool->closing = true;
    if (closed) {
        pool->closed = closed;
        pool->closed_arg = arg;
    }
    pool_wake(pool);
}

void pool_terminate(struct pool *pool, pool_closed closed, void *arg)
{
    struct entry *entry;

    pool_close(pool, closed, arg);
    if (pool->terminated || !pool->methods->cut)
        return;
    pool->terminated = true;
    for (entry = TAILQ_FIRST(&pool->lent); entry;
         entry = TAILQ_NEXT(entry, link))
        pool->methods->cut(entry->connection);
}

void pool_look(struct pool *pool)
{
    pool_wake(pool);
}

static int count(const struct entries *entries)
{
    const struct entry *entry;
    int n = 0;

    for (entry = TAILQ_FIRST(entries); entry; entry = TAILQ_NEXT(entry, link))
        n++;
    return n;
}

struct pool_counts pool_counts(const struct pool *pool)
{
    struct pool_counts counts = {.free = count(&pool->free),
                                 .lent = count(&pool->lent),
                                 .opening = pool->opening_count,
                                 .waiting = pool->waiters.count};

    counts.closing = pool->size - counts.free - counts.lent - counts.opening;
    return counts;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    event_free(pool->work);
    free(pool);
}
