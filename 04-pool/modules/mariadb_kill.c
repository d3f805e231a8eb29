#include "mariadb_kill.h"

#include <errmsg.h>
#include <stdio.h>
#include <stdlib.h>

/* Lives until it has called done. */
struct killer {
    struct mariadb *mariadb; /* owned */
    unsigned long thread_id; /* of the connection that runs the query */
    int error;
    void (*done)(int error, void *arg);
    void *arg;
};

static void on_close(void *arg)
{
    struct killer *killer = arg;

    killer->done(killer->error, killer->arg);
    free(killer);
}

static void on_kill(struct mariadb *mariadb, int error, void *arg)
{
    struct killer *killer = arg;

    killer->error = error;
    mariadb_close(mariadb, on_close, killer);
}

static void on_open(struct mariadb *mariadb, int error, void *arg)
{
    struct killer *killer = arg;
    char text[64];

    snprintf(text, sizeof text, "KILL QUERY %lu", killer->thread_id);
    if (error)
        on_kill(mariadb, error, killer);
    else if (mariadb_query(mariadb, text, on_kill, killer) < 0)
        on_kill(mariadb, CR_OUT_OF_MEMORY, killer);
}

int mariadb_kill(struct event_base *base, const struct mariadb_where *where,
                 unsigned long thread_id, void (*done)(int error, void *arg),
                 void *arg)
{
    struct killer *killer = calloc(1, sizeof *killer);

    if (!killer)
        return -1;
    killer->thread_id = thread_id;
    killer->done = done;
    killer->arg = arg;
    killer->mariadb = mariadb_open(base, where, on_open, killer);
    if (!killer->mariadb) {
        free(killer);
        return -1;
    }
    return 0;
}
