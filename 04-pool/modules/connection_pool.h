/* connection_pool — lends connections out, one borrower at a time.
 *
 *     struct pool_options options = pool_defaults;  (or NULL for these)
 *     options.max_size = 50;
 *     pool_new(base, &methods, methods_arg, &options, on_created, arg);
 *     void on_created(struct pool *pool, const char *error, void *arg)
 *         pool_acquire(pool, 1000, on_lease, arg);
 *     void on_lease(struct lease lease, const char *error, void *arg)
 *         if (!error) … use lease.connection, and on every path out
 *         pool_release(pool, lease);
 *     pool_close(pool, on_closed, arg);
 *     void on_closed(void *arg)  pool_free(pool);
 *
 * It knows leases, waiters, sizes and time, and nothing of databases:
 * connections are made, judged and ended by the methods it is given.
 *
 * The rules. Never more than max_size connections, counting those being opened
 * and those being closed. Waiters are served strictly in the order they asked,
 * and whatever makes room sees to the next one. Of the free connections the one
 * unused for longest is lent; a dead one, or one idle for too long, is closed
 * instead. What is not fit for the next borrower is closed on its return.
 *
 * A connection that cannot be opened is told to the first waiter who has no
 * other on its way; if nothing is left that could serve them (none lent, none
 * being opened), to everybody who was waiting when it began. So with the server
 * gone nobody waits for longer than two connects and what the lent ones take.
 *
 * The rest of the loop has its turn. After 256 answers, and however many waited
 * already, the pool answers nobody until the loop has looked for other events, so
 * that borrowers who return and ask again at once do not starve them. Each
 * function costs about the same with 40,000 waiters as with one, in whichever
 * order they leave.
 *
 * Every function returns at once. Callbacks come from the loop, later, never
 * from inside the call that asked for them; they may call everything here but
 * pool_free, except where it says so. One thread: the loop's.
 *
 * Modelled on aiomysql.Pool: create_pool, acquire, release, clear, close,
 * terminate, wait_closed, size and freesize are there under these names.
 */
#ifndef CONNECTION_POOL_H
#define CONNECTION_POOL_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct pool;

/* Errors of the pool's own, to be compared by ==. All others are the words that
 * the open method gave, or say which of the options makes no sense. */
extern const char POOL_TIMED_OUT[];
extern const char POOL_CLOSING[];
extern const char POOL_NO_MEMORY[];

/* One loan of one connection: a value, which may be copied and kept. An old one
 * does no harm: its number is never given again. */
struct lease {
    void *connection; /* the borrower's until pool_release; NULL: no loan */
    uint64_t number;
};

/* How the pool reaches its connections. What may be NULL, says so. */
struct pool_methods {
    /* Begins to open one and returns it, or NULL if there is no memory.
     * opened(connection, error, opened_arg) is to be called later, from the
     * loop; error is NULL or words. Also after an error the pool closes it. */
    void *(*open)(void *methods_arg,
                  void (*opened)(void *connection, const char *error,
                                 void *opened_arg),
                  void *opened_arg);
    /* Ends one, also while it is opening (opened is not called then).
     * closed(closed_arg) is to be called when it is gone, now or later. */
    void (*close)(void *connection, void (*closed)(void *closed_arg),
                  void *closed_arg);
    /* May it be lent? NULL: always. */
    bool (*alive)(void *connection);
    /* May it be kept after its return? NULL: always. */
    bool (*reusable)(void *connection);
    /* Makes what its borrower does with it fail soon; it is closed when the
     * borrower returns it. NULL: pool_terminate cuts nothing. */
    void (*cut)(void *connection);
    /* Milliseconds on a clock that never goes back. NULL: the real one. With
     * one of yours no real time is waited for: call pool_look when it moved. */
    int64_t (*now_ms)(void *methods_arg);
};

struct pool_options {
    int min_size;        /* opened at once; 0 and more */
    int max_size;        /* never exceeded; 1 and more, min_size and more */
    int recycle_seconds; /* idle for longer than this, counted from its return
                            (or opening): closed, not lent; -1: however long */
};

extern const struct pool_options pool_defaults; /* 1, 10, -1 */

/* error: NULL, or why the pool could not be made: sizes that make no sense, or
 * one of the first min_size connections failed; POOL_NO_MEMORY; POOL_CLOSING if
 * it was closed before. All connections are closed by then, and the pool is good
 * for pool_free only, which may be called right here. */
typedef void (*pool_created)(struct pool *pool, const char *error, void *arg);

/* error: NULL, or why there is no lease; its words are valid during the call. */
typedef void (*pool_acquired)(struct lease lease, const char *error, void *arg);

/* The pool is closed: pool_free may be called right here. */
typedef void (*pool_closed)(void *arg);

/* Begins to open min_size connections; `created` comes once and tells how that
 * went. The options are copied, NULL stands for pool_defaults; the methods must
 * live as long as the pool. Returns NULL without memory: then nothing comes. */
struct pool *pool_new(struct event_base *base,
                      const struct pool_methods *methods, void *methods_arg,
                      const struct pool_options *options, pool_created created,
                      void *arg);

/* Asks for a connection and waits for up to timeout_ms milliseconds for it;
 * -1: for ever, 0: only for one that is free. Returns a ticket (> 0), or -1:
 * errno ENOMEM, or ESHUTDOWN when the pool is closing. After a ticket,
 * `acquired` comes once, unless it is cancelled: with a lease, or with an error:
 * POOL_TIMED_OUT, POOL_CLOSING, POOL_NO_MEMORY, or the open method's words. */
int64_t pool_acquire(struct pool *pool, int timeout_ms, pool_acquired acquired,
                     void *arg);

/* Leaves the queue: `acquired` will not come. Returns 0, or -1 if nobody waits
 * with this ticket (any more): then it has come. */
int pool_cancel(struct pool *pool, int64_t ticket);

/* Gives it back: kept if reusable, closed if not, or if the pool is closing.
 * Returns 0, or -1 with EINVAL (and does nothing) if this lease is not out, or
 * not any more. */
int pool_release(struct pool *pool, struct lease lease);

/* Closes what is free now; the pool lives. For a server that has changed. */
void pool_clear(struct pool *pool);

/* No new leases; waiters get an error, connections being opened are ended.
 * `closed` comes when every lease is back and every connection is gone (what
 * wait_closed waits for). Called again, only a `closed` that is not NULL
 * counts. Before `created` has come, that comes instead, with an error. */
void pool_close(struct pool *pool, pool_closed closed, void *arg);

/* The same, and what is lent is cut, so that it comes back soon: each borrower
 * still calls pool_release, which keeps nothing. (aiomysql does not wait for
 * them; in C the memory is theirs until then.) May follow a pool_close. */
void pool_terminate(struct pool *pool, pool_closed closed, void *arg);

/* Looks at the clock: for those who brought their own. */
void pool_look(struct pool *pool);

/* The books: free + lent + opening + closing <= max_size. */
struct pool_counts {
    int free, lent, opening, closing; /* connections */
    int waiting;                      /* borrowers to be */
};
struct pool_counts pool_counts(const struct pool *pool);

/* Frees a pool that is closed: from `closed` on, or `created` with an error.
 * NULL is fine. */
void pool_free(struct pool *pool);

#endif
