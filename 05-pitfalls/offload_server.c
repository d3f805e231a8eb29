/* offload_server — a TCP service that computes, and stays responsive meanwhile.
 *
 * Twin:   offload_server.py (start_server, run_in_executor, ProcessPoolExecutor)
 * Build:  cc -Imodules -I../02-sockets/modules -o offload_server offload_server.c modules/fork_server.c modules/job.c modules/lines.c modules/process_pool.c modules/service.c modules/workers.c ../02-sockets/modules/limits.c ../02-sockets/modules/listening.c ../02-sockets/modules/options.c ../02-sockets/modules/stop_signals.c $(pkg-config --cflags --libs libevent)
 * Run:    ./offload_server            then, elsewhere: echo 600851475143 | nc -N 127.0.0.1 8889
 *         or: ./offload_server broken
 * Prints: nothing; to a client for each number, a line, its largest prime factor
 *
 * A number may take seconds, so it goes to a pool of processes; in the scene
 * `broken` the loop computes, and everybody waits for everybody. Each client has
 * one job at a time, and its next line is not looked at before the answer. A
 * pool that is full makes clients wait here, unread: that is the back-pressure.
 * A connection that breaks takes its job along, also out of the worker. A mere
 * EOF does not: it is a half-close, and what was asked before is answered.
 * What it lacks: while more than 4 KiB of questions are queued on a connection
 * it is not read, and its reset is seen only with the next answer (02-09 has a
 * cure); and nothing but the descriptors bounds how many clients wait.
 */
#include "limits.h"
#include "lines.h"
#include "options.h"
#include "process_pool.h"
#include "service.h"

#include <ctype.h>
#include <errno.h>
#include <event2/bufferevent.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

enum {
    INPUT_HIGH = 4096,        /* bytes of questions to keep for a client */
    OUTPUT_HIGH = 4096,       /* bytes owed to it: no question is looked at */
    JOBS_FOR_EACH_WORKER = 2, /* one it works on, one that is ready for it */
};
static const struct timeval idle = {60, 0}, grace = {5, 0};

TAILQ_HEAD(connections, connection);

/* Owns all below; lives in main. */
struct server {
    struct process_pool *pool; /* NULL: broken */
    struct event_base *base;
    struct service *service;
    struct connections all;
    struct connections waiting; /* those of all that the pool has no room for */
    bool stopping, failed;
};

/* Owned by the server, from on_accept to connection_free; then, if its job is in
 * the pool, until on_done. */
struct connection {
    struct server *server;
    struct bufferevent *bev; /* owned; closes the descriptor; NULL: closed */
    TAILQ_ENTRY(connection) link, wait_link;
    bool asked;      /* something that is not answered yet: */
    uint64_t number; /* the question; in the pool it becomes the answer */
    struct job job;
    bool in_pool; /* it is; else what was asked waits for room */
    struct lines lines;
};

/* A process of the pool computes it, or (broken) the loop. */
static uint64_t largest_prime_factor(uint64_t n)
{
    uint64_t largest = 1;

    for (uint64_t d = 2; d <= n / d; d += d == 2 ? 1 : 2) {
        for (; n % d == 0; n /= d)
            largest = d;
    }
    return n > 1 ? n : largest;
}

/* The job. */
static void replace_by_factor(void *number)
{
    *(uint64_t *)number = largest_prime_factor(*(uint64_t *)number);
}

static void advance(struct connection *connection);
static void give_waiting(struct server *server);

/* Frees the connection, or cancels its job: then on_done frees it. Ends a stopping
 * server's loop with the last. */
static void connection_free(struct connection *connection)
{
    struct server *server = connection->server;

    if (connection->in_pool)
        process_pool_cancel(server->pool, &connection->job);
    else if (connection->asked)
        TAILQ_REMOVE(&server->waiting, connection, wait_link);
    TAILQ_REMOVE(&server->all, connection, link);
    bufferevent_free(connection->bev);
    connection->bev = NULL;
    if (!connection->in_pool)
        free(connection);
    if (server->stopping && TAILQ_EMPTY(&server->all))
        event_base_loopbreak(server->base);
}

/* Queues an answer, a result or words. Without memory for it, or for the event
 * that sends it, the peer would wait forever: then on_event ends its connection,
 * later, because the caller still uses it. */
static void answer(struct connection *connection, uint64_t result,
                   const char *error)
{
    struct evbuffer *output = bufferevent_get_output(connection->bev);
    int n = error ? evbuffer_add_printf(output, "error: %s\n", error)
                  : evbuffer_add_printf(output, "%" PRIu64 "\n", result);

    connection->asked = false;
    /* A write does not report that its event could not be added; this does. */
    if (n < 0 || bufferevent_enable(connection->bev, EV_WRITE) < 0)
        bufferevent_trigger_event(connection->bev, BEV_EVENT_ERROR,
                                  BEV_TRIG_DEFER_CALLBACKS);
}

/* From the pool, once for each job. */
static void on_done(const char *error, void *arg)
{
    struct connection *connection = arg;
    struct server *server = connection->server;

    connection->in_pool = false;
    if (connection->bev) {
        answer(connection, connection->number, error);
        advance(connection);
    } else {
        free(connection);
    }
    give_waiting(server);
}

/* Without workers, and without anybody to fork new ones, it ends, so that who
 * watches over it can start it anew; in the orderly way. */
static void no_workers(struct server *server)
{
    if (!server->failed && !server->stopping) {
        fputs("offload_server: all its processes have died: ending\n", stderr);
        raise(SIGTERM);
    }
    server->failed = true;
}

/* Gives the pool the questions of those who wait, first come, first served. */
static void give_waiting(struct server *server)
{
    struct connection *connection;
    int error;

    while ((connection = TAILQ_FIRST(&server->waiting))) {
        connection->job = (struct job){.function = replace_by_factor,
                                       .argument = &connection->number,
                                       .size = sizeof connection->number,
                                       .done = on_done,
                                       .arg = connection};
        error = process_pool_submit(server->pool, &connection->job) ? errno : 0;
        if (error == EAGAIN)
            return; /* full */
        connection->in_pool = error == 0;
        TAILQ_REMOVE(&server->waiting, connection, wait_link);
        if (error) /* on_written goes on with it */
            answer(connection, 0, strerror(error));
        if (error == ECHILD)
            no_workers(server);
    }
}

/* Asks the pool what is in a line, or answers what is wrong with it. */
static void ask(struct connection *connection, const char *line, int length)
{
    struct server *server = connection->server;
    char *end;

    errno = 0;
    connection->number = strtoull(line, &end, 10);
    if (length == LINE_TOO_LONG) {
        answer(connection, 0, "line too long");
    } else if (!isdigit((unsigned char)*line) || end != line + length ||
               errno != 0 || connection->number < 2) {
        answer(connection, 0, "not a number from 2 to 18446744073709551615");
    } else if (!server->pool) {
        answer(connection, largest_prime_factor(connection->number), NULL);
    } else {
        connection->asked = true;
        TAILQ_INSERT_TAIL(&server->waiting, connection, wait_link);
        give_waiting(server);
    }
}

/* Goes on with a connection as far as it can: looks at its next lines, frees it
 * if nothing more is to be done, decides whether to read on. */
static void advance(struct connection *connection)
{
    struct bufferevent *bev = connection->bev;
    struct evbuffer *input = bufferevent_get_input(bev);
    size_t owed = evbuffer_get_length(bufferevent_get_output(bev));
    bool stopping = connection->server->stopping;
    char line[LINE_LONGEST + 1] = "";
    int length;

    if (stopping) /* a close with input unread would be a reset */
        evbuffer_drain(input, evbuffer_get_length(input));
    while (!connection->asked && owed <= OUTPUT_HIGH &&
           (length = lines_take(&connection->lines, input, line)) !=
               LINE_NONE) {
        ask(connection, line, length);
        owed = evbuffer_get_length(bufferevent_get_output(bev));
    }
    if (!connection->asked && owed == 0 && (connection->lines.eof || stopping))
        connection_free(connection);
    else if (evbuffer_get_length(input) > INPUT_HIGH)
        bufferevent_disable(bev, EV_READ);
    else if (!connection->lines.eof)
        bufferevent_enable(bev, EV_READ);
}

/* There is input, or the output is empty. */
static void on_news(struct bufferevent *bev, void *arg)
{
    (void)bev;
    advance(arg);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct connection *connection = arg;

    if (what & BEV_EVENT_EOF) {
        connection->lines.eof = true;
        advance(connection);
    } else if (what == (BEV_EVENT_TIMEOUT | BEV_EVENT_READING) &&
               connection->asked) {
        bufferevent_enable(bev, EV_READ); /* it waits for us */
    } else {
        connection_free(connection); /* reset, idle, stuck */
    }
}

/* Want of memory costs a client its connection, not the server its life. */
static void on_client(evutil_socket_t fd, void *arg)
{
    struct server *server = arg;
    struct connection *connection = calloc(1, sizeof *connection);

    if (connection)
        connection->bev =
            bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!connection || !connection->bev) {
        free(connection);
        close(fd);
        return;
    }
    connection->server = server;
    TAILQ_INSERT_TAIL(&server->all, connection, link);
    bufferevent_setcb(connection->bev, on_news, on_news, on_event, connection);
    bufferevent_set_timeouts(connection->bev, &idle, &idle);
    if (bufferevent_enable(connection->bev, EV_READ | EV_WRITE) < 0)
        connection_free(connection);
}

/* No new questions, but what was asked is answered, within five seconds. */
static void on_stop(void *arg)
{
    struct server *server = arg;
    struct connection *connection, *next;

    server->stopping = true;
    if (TAILQ_EMPTY(&server->all) ||
        event_base_loopexit(server->base, &grace) < 0)
        event_base_loopbreak(server->base);
    for (connection = TAILQ_FIRST(&server->all); connection;
         connection = next) {
        next = TAILQ_NEXT(connection, link);
        advance(connection);
    }
}

/* Forks the workers, then makes the base, then listens; runs the loop. Returns
 * the exit status; server_free undoes what was done. */
static int serve(struct server *server, long port, long workers, bool broken)
{
    const struct service_calls calls = {on_client, on_stop};

    if (!broken)
        server->pool =
            process_pool_new((int)workers, (int)workers * JOBS_FOR_EACH_WORKER,
                             sizeof(uint64_t));
    if (broken || server->pool)
        server->base = event_base_new();
    if (!server->base ||
        (server->pool && process_pool_attach(server->pool, server->base) < 0)) {
        fprintf(stderr, "offload_server: cannot start: %s\n", strerror(errno));
        return 1;
    }
    server->service = service_new(server->base, "offload_server",
                                  (uint16_t)port, calls, server);
    return !server->service || event_base_dispatch(server->base) < 0 ||
           server->failed;
}

/* Frees what is there, in the order libevent wants. */
static void server_free(struct server *server)
{
    while (!TAILQ_EMPTY(&server->all))
        connection_free(TAILQ_FIRST(&server->all));
    if (server->pool)
        process_pool_free(server->pool);
    if (server->service)
        service_free(server->service);
    if (server->base) { /* bufferevents close their descriptors in a pass */
        event_base_loop(server->base, EVLOOP_NONBLOCK);
        event_base_free(server->base);
    }
    libevent_global_shutdown();
}

/* Reads a whole number from least to max, or says what is wrong with it. */
static bool parse_number(int option, const char *text, long least, long max,
                         long *number)
{
    char *end;

    *number = strtol(text, &end, 10); /* out of range: it is too large */
    if (end != text && !*end && *number >= least && *number <= max)
        return true;
    fprintf(stderr, "offload_server: -%c '%s': not a number from %ld to %ld\n",
            option, text, least, max);
    return false;
}

static const char usage[] =
    "usage: offload_server [-p PORT] [-w WORKERS] [-h] [fixed|broken]\n";
static const char help[] =
    "Answers each number, a line, with its largest prime factor; computes in\n"
    "worker processes or (broken) on the loop.\n"
    "  -p PORT     listen on this port of 127.0.0.1; 0 picks a free one "
    "(8889)\n"
    "  -w WORKERS  how many processes (what nproc prints)\n"
    "  -h, --help  print this\n";

int main(int argc, char **argv)
{
    static const struct option longer[] = {{"help", 0, NULL, 'h'}, {0}};
    struct server server = {.stopping = false};
    long port = 8889, workers = limits_processors();
    bool broken = false, good = true;
    int option, status;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "p:w:h", longer, NULL)) != -1) {
        if (option == 'p')
            good = parse_number('p', optarg, 0, 65535, &port);
        else if (option == 'w')
            good = parse_number('w', optarg, 1, 1024, &workers);
        else if (option == 'h')
            return printf("%s%s", usage, help) < 0 || fflush(stdout);
        else
            break; /* optind is behind it */
        if (!good)
            return 2;
    }
    if (option == -1 && optind + 1 == argc) {
        broken = !strcmp(argv[optind], "broken");
        optind += broken || !strcmp(argv[optind], "fixed");
    }
    if (option != -1 || optind < argc) {
        fprintf(stderr,
                "offload_server: unexpected, or without its value: '%s': %s",
                options_refused(option, argv), usage);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* else a write to a closed peer ends us */
    TAILQ_INIT(&server.all);
    TAILQ_INIT(&server.waiting);
    status = serve(&server, port, workers, broken);
    server_free(&server);
    return status;
}
