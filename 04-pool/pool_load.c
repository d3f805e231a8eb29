/* pool_load — many borrowers, few connections: how many queries a second?
 *
 * Twin:   pool_load.py (aiomysql), for make bench to compare
 * Build:  cc -Imodules -I../02-sockets/modules -I../03-tasks/modules -o pool_load pool_load.c modules/connection_pool.c modules/coroutine.c modules/mariadb_async.c modules/mariadb_socket.c modules/mariadb_step.c modules/mariadb_kill.c modules/mariadb_pool.c modules/waiters.c ../02-sockets/modules/options.c ../03-tasks/modules/heap.c modules/mariadb_dial.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:    ../scripts/with-mariadb ./pool_load -c 10 -w 50 -q 20000
 * Prints: 48210 queries/s, the waits for a connection, how many were opened,
 *         and last: 20000 ok, 0 failed
 *
 * Each worker borrows, asks the server for a number of its own, checks that it
 * is this one which comes back, returns, and begins again. Whatever happens to
 * the server, each query ends in ok or in failed, and is not tried again: from
 * outside nobody knows whether the server had done it already. --no-pool
 * keeps none, each query connects: that is the reason why pools exist.
 */
#include "mariadb_pool.h"
#include "options.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Owns all below; lives in main. Times are in milliseconds. */
struct load {
    struct mariadb_server server;
    struct pool *pool;
    struct pool_methods methods;
    int connections, workers, queries; /* as asked for */
    int started, ok, failed;           /* queries */
    bool gave_up;                      /* the server does not come back */
    int at_work;                       /* workers that are not done */
    double begin, end, last_ok;
    double *waits; /* for a connection, as many as there were */
    int waited;
};

/* Lives in an array in main. */
struct worker {
    struct load *load;
    struct event *pause; /* owned */
    struct lease lease;
    int number; /* of its query */
    double asked;
};

static void next_query(struct worker *worker);

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Counts a failure, of which the first is told. A server that has not answered
 * for ten seconds is given up: then all that is left has failed, too. */
static void count_failure(struct load *load, const char *why)
{
    if (load->failed++ == 0)
        fprintf(stderr, "pool_load: the first failure: %s\n", why);
    if (load->started < load->queries && now() - load->last_ok > 10000) {
        fputs("pool_load: no answer for 10 s: giving up\n", stderr);
        load->failed += load->queries - load->started;
        load->started = load->queries;
        load->gave_up = true;
    }
}

static void give_back(struct worker *worker)
{
    if (pool_release(worker->load->pool, worker->lease) < 0)
        fputs("pool_load: a connection was not lent\n", stderr);
    next_query(worker);
}

static void on_answer(struct mariadb *mariadb, int error, void *arg)
{
    struct worker *worker = arg;
    struct load *load = worker->load;
    MYSQL_RES *result = mariadb_result(mariadb);
    MYSQL_ROW row = result ? mysql_fetch_row(result) : NULL;

    if (error) {
        count_failure(load, mariadb_error(mariadb));
    } else if (!row || !row[0] || strtol(row[0], NULL, 10) != worker->number) {
        count_failure(load, "another's answer came");
    } else {
        load->ok++;
        load->last_ok = now();
    }
    give_back(worker);
}

/* There was no connection to be had: a pause, so that a server that comes back
 * is not met by a stampede. */
static void no_connection(struct worker *worker, const char *why)
{
    const struct timeval pause = {0, 100000};

    count_failure(worker->load, why);
    if (event_add(worker->pause, &pause) < 0)
        event_active(worker->pause, 0, 0);
}

static void on_pause(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    next_query(arg);
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    struct worker *worker = arg;
    struct load *load = worker->load;
    char text[32];

    if (error) {
        no_connection(worker, error);
        return;
    }
    worker->lease = lease;
    load->waits[load->waited++] = now() - worker->asked;
    snprintf(text, sizeof text, "SELECT %d", worker->number);
    if (mariadb_query(mariadb_of(lease), text, on_answer, worker) < 0) {
        count_failure(load, "it is lent twice, or there is no memory");
        give_back(worker);
    }
}

static void on_closed(void *arg)
{
    pool_free(((struct load *)arg)->pool);
}

/* Begins a worker's next query, or ends the worker, and with the last one of
 * them the pool. */
static void next_query(struct worker *worker)
{
    struct load *load = worker->load;

    if (load->started < load->queries) {
        worker->number = load->started++;
        worker->asked = now();
        if (pool_acquire(load->pool, 10000, on_lease, worker) < 0)
            no_connection(worker, "out of memory");
    } else if (--load->at_work == 0) {
        load->end = now();
        pool_close(load->pool, on_closed, load);
    }
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct worker *workers = arg;
    struct load *load = workers->load;

    if (error) {
        fprintf(stderr, "pool_load: cannot connect: %s\n", error);
        load->failed = load->queries;
        pool_free(pool);
        return;
    }
    load->begin = load->last_ok = now();
    load->at_work = load->workers;
    for (int i = 0; i < load->workers; i++)
        next_query(&workers[i]);
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Returns the exit status. */
static int report(struct load *load)
{
    double seconds = (load->end - load->begin) / 1e3;
    double *waits = load->waits;

    qsort(waits, (size_t)load->waited, sizeof *waits, compare);
    printf("%.0f queries/s\n", seconds > 0 ? load->ok / seconds : 0);
    printf("acquire wait: p50 %.3f ms, p99 %.3f ms\n", waits[load->waited / 2],
           waits[(size_t)load->waited * 99 / 100]);
    printf("connections opened: %lu\n", load->server.opened);
    printf("%d ok, %d failed\n", load->ok, load->failed);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return load->ok == 0 || load->gave_up;
    perror("pool_load: cannot write the figures");
    return 1;
}

/* Runs the load. Returns the exit status. */
static int run(struct load *load)
{
    const struct pool_options options = {.max_size = load->connections,
                                         .recycle_seconds = -1};
    struct worker *workers = calloc((size_t)load->workers, sizeof *workers);
    bool ready = workers;
    int status = 1;

    for (int i = 0; ready && i < load->workers; i++) {
        workers[i].load = load;
        workers[i].pause =
            evtimer_new(load->server.base, on_pause, &workers[i]);
        ready = workers[i].pause;
    }
    /* one more than there can be: the percentiles of none */
    load->waits = calloc((size_t)load->queries + 1, sizeof *load->waits);
    ready = ready && load->waits;
    if (ready)
        load->pool = pool_new(load->server.base, &load->methods, &load->server,
                              &options, on_created, workers);
    if (ready && load->pool && event_base_dispatch(load->server.base) >= 0)
        status = report(load);
    else
        fputs("pool_load: cannot start: out of memory\n", stderr);
    for (int i = 0; workers && i < load->workers; i++) {
        if (workers[i].pause)
            event_free(workers[i].pause);
    }
    free(workers);
    free(load->waits);
    return status;
}

/* Without a pool: nothing is kept, so that each query gets a new connection. */
static bool never(void *connection)
{
    (void)connection;
    return false;
}

static const char usage[] = "usage: pool_load [-c CONNECTIONS] [-w WORKERS] "
                            "[-q QUERIES] [--no-pool] [-h]\n";
static const char help[] =
    "Loads a MariaDB through a connection pool, says how fast it answered.\n"
    "  -c CONNECTIONS  that the pool may have at most (10)\n"
    "  -w WORKERS      that borrow them (50)\n"
    "  -q QUERIES      in all (10000)\n"
    "  --no-pool       keep none: each query connects for itself\n"
    "  -h, --help      print this\n"
    "The server: MYSQL_HOST MYSQL_TCP_PORT MYSQL_USER MYSQL_PWD "
    "MYSQL_DATABASE;\nscripts/with-mariadb starts one and sets them. "
    "Exit status: 1 if no query was ok, or the server did not come back.\n";

int main(int argc, char **argv)
{
    static const struct option longer[] = {
        {"help", 0, NULL, 'h'}, {"no-pool", 0, NULL, 'n'}, {0}};
    struct load load = {.methods = mariadb_pool_methods,
                        .connections = 10,
                        .workers = 50,
                        .queries = 10000};
    const char *error;
    char *end;
    int option, status = 1;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "+c:w:q:h", longer, NULL)) > 0) {
        int *value = option == 'c'   ? &load.connections
                     : option == 'w' ? &load.workers
                                     : &load.queries;

        if (option == 'h')
            return printf("%s%s", usage, help) < 0 || fflush(stdout);
        if (option == '?')
            break;
        if (option == 'n') {
            load.methods.reusable = never;
            continue;
        }
        *value = (int)strtol(optarg, &end, 10);
        if (end == optarg || *end || strlen(optarg) > 8 || *value < 1) {
            fprintf(stderr, "pool_load: -%c '%s': not 1 to 99999999\n", option,
                    optarg);
            return 2;
        }
    }
    if (option != -1 || optind < argc) {
        fprintf(stderr, "pool_load: missing, wrong or too much: '%s': %s",
                options_refused(option, argv), usage);
        return 2;
    }

    signal(SIGPIPE, SIG_IGN);
    load.server.base = event_base_new();
    if (!load.server.base) {
        fputs("pool_load: cannot start: out of resources\n", stderr);
        return 1;
    }
    error = mariadb_server_find(&load.server, load.server.base);
    if (error)
        fprintf(stderr, "pool_load: %s\n", error);
    else
        status = run(&load);
    event_base_free(load.server.base);
    mysql_library_end();
    libevent_global_shutdown();
    return status;
}
