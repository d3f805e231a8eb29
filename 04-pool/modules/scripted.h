/* scripted — made-up connections for a connection_pool, without a database.
 *
 *     struct scripted_server server = {.base = base};
 *     pool_new(base, &scripted_methods, &server, NULL, on_created, arg);
 *     void on_lease(struct lease lease, const char *error, void *arg)
 *         struct scripted *connection = lease.connection;
 *         printf("number %d\n", connection->number);
 *     server.refuses = "no route";              connects fail from here on
 *     scripted_find(&server, 1)->dead = true;   the server has closed it
 *     server.now_ms += 60000; pool_look(pool);  a minute has passed
 *     scripted_free(&server);                   after the pool
 *
 * The server is a struct of yours; what it does is what you write into it. Its
 * time stands still until you move it. Connections are numbered 1, 2, 3 … in
 * the order they were asked for, and remembered until scripted_free, so that a
 * pool which uses one after its end is found out: see `fault`.
 */
#ifndef SCRIPTED_H
#define SCRIPTED_H

#include "connection_pool.h"

struct scripted_server;

/* One connection. The server's; write into the bools as you like. */
struct scripted {
    int number;
    bool dead;       /* not alive: the server has closed it */
    bool dirty;      /* not reusable: in a transaction, say */
    bool cut;        /* by pool_terminate */
    int64_t used_ms; /* when it was opened; its later uses are yours to note */
    enum { OPENING, OPEN, FAILED, CLOSING, GONE } state;
    struct scripted_server *server;
    struct scripted *next;
    struct event *event; /* owned: what it has to tell the pool, and when */
    const char *error;   /* of its opening */
    void (*opened)(void *connection, const char *error, void *arg);
    void (*closed)(void *arg);
    void *arg; /* of opened or closed */
};

struct scripted_server {
    struct event_base *base; /* the caller's */
    const char *refuses;     /* connects fail with these words; NULL: not */
    bool slow;               /* connects wait for scripted_answer */
    bool slow_close;         /* and ends for scripted_gone */
    bool no_memory;          /* not even a connect can begin */
    int64_t now_ms;          /* the clock */
    const char *fault;       /* what the pool did that it must not, or NULL */
    /* Told what becomes of each connection: "opens", "is open", the words of an
     * error, "is cut", "is gone". May be NULL. */
    void (*trace)(const struct scripted *connection, const char *what);
    int asked, gone;       /* connections ever begun, and ended */
    struct scripted *last; /* owned: all of them, by `next`, newest first */
};

/* For pool_new; methods_arg is the struct scripted_server. */
extern const struct pool_methods scripted_methods;

/* The connection with this number, or NULL. */
struct scripted *scripted_find(const struct scripted_server *server,
                               int number);

/* On a slow server: the connect has succeeded, or failed with these words.
 * Does nothing if it is not being opened. */
void scripted_answer(struct scripted *connection, const char *error);

/* With slow_close: it is gone now. Does nothing if it is not being closed. */
void scripted_gone(struct scripted *connection);

/* Forgets all connections. */
void scripted_free(struct scripted_server *server);

#endif
