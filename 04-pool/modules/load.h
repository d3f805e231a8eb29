/* load — what a load on a database counts, and what it prints at the end.
 *
 *     status = load_options(&load, argc, argv);   -c, -w, -q, --no-pool, --help
 *     load_init(&load)                            -1: no memory
 *     while (load_next(&load, &number)) {         for each query, in any worker
 *         asked = load_now();
 *         load_waited(&load, asked);              it has a connection
 *         load_answer(&load, …) or load_failed(&load, why);
 *     }
 *     load_end(&load); status = load_report(&load); load_free(&load);
 *
 * Each query ends in ok or in failed. Of the failures the first is printed on
 * stderr. A server that has not answered for ten seconds is given up: all queries
 * that are left have failed then. For pool_load
 * and task_load.
 */
#ifndef LOAD_H
#define LOAD_H

#include "mariadb_pool.h"

/* Lives in main, or a struct of its own there. Times are in milliseconds. */
struct load {
    int connections, workers, queries; /* as asked for */
    struct mariadb_server server;
    struct pool_methods methods; /* of it; with --no-pool nothing is kept */
    int started, ok, failed;     /* queries */
    bool gave_up;                /* the server does not come back */
    double begin, end, last_ok;
    double *waits; /* owned: for a connection, as many as there were */
    int waited;
};

enum { LOAD_RUN = -1 }; /* no exit status: the program should run */

/* Reads the command line and the environment (mariadb_server_find). Returns LOAD_RUN;
 * otherwise main's exit status: after -h, or an error that it has printed. */
int load_options(struct load *load, const char *what, int argc, char **argv);

/* Its time begins. Returns 0, or -1 without memory: then nothing is left. */
int load_init(struct load *load);

/* Takes the next query, and its number. Returns false if none is left. */
bool load_next(struct load *load, int *number);

/* A clock that never goes back. */
double load_now(void);

/* A worker that asked then has a connection now. */
void load_waited(struct load *load, double asked);

void load_failed(struct load *load, const char *why);

/* The last query is over. */
void load_end(struct load *load);

/* Counts what has become of the query with this number, while its connection is
 * still lent. */
void load_answer(struct load *load, struct mariadb *mariadb, int error,
                 int number);

/* Prints the figures on stdout. Returns the exit status: 1 if no query was ok, the
 * server did not come back or stdout takes nothing, which it reports. */
int load_report(struct load *load);

void load_free(struct load *load);

#endif
