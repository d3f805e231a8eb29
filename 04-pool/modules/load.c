#define _GNU_SOURCE 1 /* program_invocation_short_name */
#include "load.h"
#include "options.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Without a pool: nothing is kept, so that each query gets a new connection. */
static bool never(void *connection)
{
    (void)connection;
    return false;
}

static const char usage[] =
    "[-c CONNECTIONS] [-w WORKERS] [-q QUERIES] [--no-pool] [-h]";
static const char help[] =
    "  -c CONNECTIONS  that the pool may have at most (10)\n"
    "  -w WORKERS      that borrow them (50)\n"
    "  -q QUERIES      in all (10000)\n"
    "  --no-pool       keep none: each query connects for itself\n"
    "  -h, --help      print this\n"
    "The server: MYSQL_HOST MYSQL_TCP_PORT MYSQL_USER MYSQL_PWD "
    "MYSQL_DATABASE;\nscripts/with-mariadb starts one and sets them. "
    "Exit status: 1 if no query was ok, or the server did not come back.";

/* Returns a number from 1 on, or 0 after saying that the text is none. */
static int read_number(int option, const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (end != text && !*end && strlen(text) <= 8 && number >= 1)
        return (int)number;
    warnx("-%c '%s': not 1 to 99999999", option, text);
    return 0;
}

int load_options(struct load *load, const char *what, int argc, char **argv)
{
    static const struct option longer[] = {
        {"help", 0, NULL, 'h'}, {"no-pool", 0, NULL, 'n'}, {0}};
    const char *error;
    int option;

    *load = (struct load){.methods = mariadb_pool_methods,
                          .connections = 10,
                          .workers = 50,
                          .queries = 10000};
    opterr = 0;
    while ((option = getopt_long(argc, argv, "+c:w:q:h", longer, NULL)) > 0) {
        int *value = option == 'c'   ? &load->connections
                     : option == 'w' ? &load->workers
                                     : &load->queries;

        if (option == 'h')
            return printf("usage: %s %s\n%s\n%s\n",
                          program_invocation_short_name, usage, what,
                          help) < 0 ||
                   fflush(stdout);
        if (option == '?')
            break;
        if (option == 'n')
            load->methods.reusable = never;
        else if (!(*value = read_number(option, optarg)))
            return 2;
    }
    if (option != -1 || optind < argc) {
        warnx("missing, wrong or too much: '%s': usage: %s %s",
              options_refused(option, argv), program_invocation_short_name,
              usage);
        return 2;
    }
    error = mariadb_server_find(&load->server, NULL);
    if (error)
        warnx("%s", error);
    return error ? 1 : LOAD_RUN;
}

double load_now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int load_init(struct load *load)
{
    /* one more than there can be: the percentiles of none */
    load->waits = calloc((size_t)load->queries + 1, sizeof *load->waits);
    load->begin = load->last_ok = load_now();
    return load->waits ? 0 : -1;
}

bool load_next(struct load *load, int *number)
{
    if (load->started >= load->queries)
        return false;
    *number = load->started++;
    return true;
}

void load_waited(struct load *load, double asked)
{
    load->waits[load->waited++] = load_now() - asked;
}

void load_failed(struct load *load, const char *why)
{
    if (load->failed++ == 0)
        warnx("the first failure: %s", why);
    if (load->started < load->queries && load_now() - load->last_ok > 10000) {
        warnx("no answer for 10 s: giving up");
        load->failed += load->queries - load->started;
        load->started = load->queries;
        load->gave_up = true;
    }
}

void load_answer(struct load *load, struct mariadb *mariadb, int error,
                 int number)
{
    MYSQL_RES *result = mariadb_result(mariadb);
    MYSQL_ROW row = result ? mysql_fetch_row(result) : NULL;

    if (error) {
        load_failed(load, mariadb_error(mariadb));
    } else if (!row || !row[0] || strtol(row[0], NULL, 10) != number) {
        load_failed(load, "another's answer came");
    } else {
        load->ok++;
        load->last_ok = load_now();
    }
}

void load_end(struct load *load)
{
    load->end = load_now();
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

int load_report(struct load *load)
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
    warn("cannot write the figures");
    return 1;
}

void load_free(struct load *load)
{
    free(load->waits);
}
