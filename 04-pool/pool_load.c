/* pool_load — many borrowers, few connections: how many queries a second?
 *
 * Twin:   pool_load.py (aiomysql), for make bench to compare
 * Build:  cc -Imodules -I../03-tasks/modules -I../02-sockets/modules -o pool_load pool_load.c modules/load.c modules/connection_pool.c modules/coroutine.c modules/mariadb_async.c modules/mariadb_socket.c modules/mariadb_step.c modules/mariadb_dial.c modules/mariadb_kill.c modules/mariadb_pool.c modules/waiters.c ../03-tasks/modules/heap.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/options.c ../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent libmariadb) -pthread
 * Run:    ../scripts/with-mariadb ./pool_load -c 10 -w 50 -q 20000
 * Prints: 48210 queries/s, the waits for a connection, how many were opened,
 *         and last: 20000 ok, 0 failed
 *
 * Each worker borrows, asks the server for a number of its own, checks that it
 * is this one which comes back, returns, and begins again. Whatever happens to
 * the server, each query ends in ok or in failed, and is not tried again: from
 * outside it is unknown whether the server had done it already. --no-pool keeps no
 * connection, each query connects: this is why pools exist. The workers here are
 * callbacks; in task_load they are tasks.
 */
#include "load.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Owns all below; lives in main. */
struct program {
    struct load load;
    struct pool *pool;
    struct worker *workers;
    int at_work; /* workers that are not done */
};

struct worker {
    struct program *program;
    struct event *pause; /* owned */
    struct lease lease;
    int number; /* of its query */
    double asked;
};

static void next_query(struct worker *worker);

static void give_back(struct worker *worker)
{
    if (pool_release(worker->program->pool, worker->lease) < 0)
        warnx("a connection was not lent");
    next_query(worker);
}

static void on_answer(struct mariadb *mariadb, int error, void *arg)
{
    struct worker *worker = arg;

    load_answer(&worker->program->load, mariadb, error, worker->number);
    give_back(worker);
}

/* There was no connection to be had: a pause, so that a server that comes back
 * is not met by a stampede. */
static void no_connection(struct worker *worker, const char *why)
{
    const struct timeval pause = {0, 100000};

    load_failed(&worker->program->load, why);
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
    struct load *load = &worker->program->load;
    char text[32];

    if (error) {
        no_connection(worker, error);
        return;
    }
    worker->lease = lease;
    load_waited(load, worker->asked);
    snprintf(text, sizeof text, "SELECT %d", worker->number);
    if (mariadb_query(mariadb_of(lease), text, on_answer, worker) < 0) {
        load_failed(load, "it is lent twice, or there is no memory");
        give_back(worker);
    }
}

static void on_closed(void *arg)
{
    pool_free(((struct program *)arg)->pool);
}

/* Begins a worker's next query, or ends the worker, and with the last one of
 * them the pool. */
static void next_query(struct worker *worker)
{
    struct program *program = worker->program;

    if (load_next(&program->load, &worker->number)) {
        worker->asked = load_now();
        if (pool_acquire(program->pool, 10000, on_lease, worker) < 0)
            no_connection(worker, POOL_NO_MEMORY);
    } else if (--program->at_work == 0) {
        load_end(&program->load);
        pool_close(program->pool, on_closed, program);
    }
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct program *program = arg;

    (void)pool;
    if (error) {
        warnx("cannot connect: %s", error);
        program->load.failed = program->load.queries;
        on_closed(program);
        return;
    }
    program->at_work = program->load.workers;
    for (int i = 0; i < program->load.workers; i++)
        next_query(&program->workers[i]);
}

/* Returns 0, or -1 without memory. */
static int make_workers(struct program *program)
{
    size_t count = (size_t)program->load.workers;

    program->workers = calloc(count, sizeof *program->workers);
    for (size_t i = 0; program->workers && i < count; i++) {
        struct worker *worker = &program->workers[i];

        worker->program = program;
        worker->pause =
            evtimer_new(program->load.server.base, on_pause, worker);
        if (!worker->pause)
            return -1;
    }
    return program->workers ? 0 : -1;
}

/* Runs the load. Returns the exit status. */
static int run(struct program *program)
{
    const struct pool_options options = {.max_size = program->load.connections,
                                         .recycle_seconds = -1};
    struct event_base *base = program->load.server.base;
    int status = 1;

    if (make_workers(program) == 0 && load_init(&program->load) == 0)
        program->pool =
            pool_new(base, &program->load.methods, &program->load.server,
                     &options, on_created, program);
    if (program->pool && event_base_dispatch(base) >= 0)
        status = load_report(&program->load);
    else
        warnx("cannot start: out of memory");
    for (int i = 0; program->workers && i < program->load.workers; i++) {
        if (program->workers[i].pause)
            event_free(program->workers[i].pause);
    }
    free(program->workers);
    load_free(&program->load);
    return status;
}

int main(int argc, char **argv)
{
    struct program program = {0};
    struct event_base *base;
    int status = load_options(
        &program.load,
        "Loads a MariaDB through a connection pool, says how fast it answered.",
        argc, argv);

    if (status != LOAD_RUN)
        return status;
    signal(SIGPIPE, SIG_IGN);
    base = event_base_new();
    if (!base)
        errx(1, "cannot start: out of resources");
    program.load.server.base = base;
    status = run(&program);
    event_base_free(base);
    mysql_library_end();
    libevent_global_shutdown();
    return status;
}
