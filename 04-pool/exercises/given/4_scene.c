#include "4_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 4 };

struct app {
    struct mariadb_server server;
    struct pool *pool;
    struct transfer *transfers; /* owned */
    int count, ended;
};

static void on_closed(void *arg)
{
    struct app *app = arg;

    pool_free(app->pool);
    app->pool = NULL;
}

void note(struct transfer *transfer, const char *result, const char *why)
{
    snprintf(transfer->result, sizeof transfer->result, "%s%s", result, why);
}

void transfer_end(struct transfer *transfer)
{
    struct app *app = transfer->app;

    if (transfer->has_ended) {
        note(transfer, "has ended twice", "");
        return;
    }
    transfer->has_ended = true;
    if (transfer->lease.connection &&
        pool_release(app->pool, transfer->lease) < 0)
        note(transfer, "gives its connection back twice", "");
    if (++app->ended == app->count)
        pool_close(app->pool, on_closed, app);
}

void transfer_fail(struct transfer *transfer, const char *why)
{
    note(transfer, "failed: ", why);
    transfer_end(transfer);
}

void say(struct transfer *transfer, const char *statement, mariadb_done done)
{
    if (mariadb_query(mariadb_of(transfer->lease), statement, done, transfer) <
        0)
        transfer_fail(transfer, "out of memory");
}

void add(struct transfer *transfer, long amount, const char *name,
         mariadb_done done)
{
    char text[160];

    snprintf(text, sizeof text,
             "UPDATE accounts SET balance = balance + %ld WHERE name = '%s'",
             amount, name);
    say(transfer, text, done);
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    struct app *app = arg;

    if (error) {
        fprintf(stderr, "4_transfer: cannot connect: %s\n", error);
        on_closed(app);
        return;
    }
    for (int i = 0; i < app->count; i++)
        if (pool_acquire(pool, -1, on_lease, &app->transfers[i]) < 0)
            transfer_fail(&app->transfers[i], "out of memory");
}

/* Copies a name, letters up to `end`. Returns what follows, or NULL. */
static const char *read_name(const char *text, char name[21], char end)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz");

    if (length < 1 || length > 20 || text[length] != end)
        return NULL;
    memcpy(name, text, length);
    return text + length + 1;
}

/* Takes each argument, Ada:Bob:30, apart. Returns 0, or -1. */
static int read_transfers(struct app *app, char **arguments)
{
    app->transfers = calloc((size_t)app->count, sizeof *app->transfers);
    if (!app->transfers)
        return -1;
    for (int i = 0; i < app->count; i++) {
        struct transfer *transfer = &app->transfers[i];
        const char *rest = read_name(arguments[i], transfer->from, ':');

        transfer->app = app;
        if (rest)
            rest = read_name(rest, transfer->to, ':');
        if (rest)
            transfer->amount = strtol(rest, NULL, 10);
        if (transfer->amount < 1)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct pool_options options = {CONNECTIONS, CONNECTIONS, -1};
    struct app app = {.count = argc - 1};
    struct event_base *base;
    const char *error;
    int status = 1;

    if (argc < 2 || read_transfers(&app, argv + 1) < 0) {
        fputs("usage: 4_transfer FROM:TO:AMOUNT...\n", stderr);
        free(app.transfers);
        return 2;
    }
    base = event_base_new();
    if (!base)
        return 1;
    error = mariadb_server_find(&app.server, base);
    if (!error)
        app.pool = pool_new(base, &mariadb_pool_methods, &app.server, &options,
                            on_created, &app);
    if (app.pool && event_base_dispatch(base) >= 0)
        status = 0;
    else
        fprintf(stderr, "4_transfer: %s\n", error ? error : "failed");

    if (app.pool)
        printf("a lease was not released: %d lent at the end\n",
               pool_counts(app.pool).lent);
    if (app.server.opened > CONNECTIONS)
        printf("%lu connections were opened, not %d: some came back in the "
               "middle of something\n",
               app.server.opened, CONNECTIONS);
    for (int i = 0; i < app.count; i++)
        printf("%s %s\n", argv[1 + i],
               app.transfers[i].has_ended ? app.transfers[i].result
                                          : "has not ended");
    pool_free(app.pool);
    free(app.transfers);
    event_base_free(base);
    mysql_library_end();
    libevent_global_shutdown();
    return status;
}
