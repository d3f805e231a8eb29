/* 4_scene.c — main; 4_scene.h is the manual. */
#include "4_scene.h"
#include "group.h"
#include "task_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 4, TRANSFERS = 100 };

const char REFUSED[] = "refused";

struct program {
    struct task task;
    struct mariadb_server server;
    struct pool_handle pool;
    struct gather gather;
    struct task *transfers[TRANSFERS]; /* owned; a struct transfer each */
    char **arguments;                  /* not owned */
    size_t count;
};

static void print_result(const char *argument, const char *error)
{
    printf("%s %s%s\n", argument,
           !error             ? "done"
           : error == REFUSED ? ""
                              : "failed: ",
           error ? error : "");
}

/* The end of a program that would wait for a lease forever. */
static void check_leases(const struct program *self)
{
    int lent = self->pool.pool ? pool_counts(self->pool.pool).lent : 0;

    if (lent == 0)
        return;
    printf("a lease was not released: %d lent at the end\n", lent);
    exit(1);
}

static void report_connections(const struct program *self)
{
    if (self->server.opened > CONNECTIONS)
        printf("unclean connections came back: ROLLBACK? (%lu opened, not "
               "%d)\n",
               self->server.opened, CONNECTIONS);
}

static void program_run(struct task *me)
{
    static const struct pool_options options = {CONNECTIONS, CONNECTIONS, -1};
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    self->server.base = me->loop->base;
    AWAIT(me, pool_create(me, &self->pool, &mariadb_pool_methods, &self->server,
                          &options));
    for (size_t i = 0; i < self->count; i++) {
        ((struct transfer *)self->transfers[i])->pool = &self->pool;
        task_create(me->loop, self->transfers[i], transfer_run, "transfer");
    }
    AWAIT(me, gather_all(me, &self->gather, self->transfers, self->count));
    report_connections(self);
    for (size_t i = 0; i < self->count; i++)
        print_result(self->arguments[i], task_error(self->transfers[i]));
    TASK_FINALLY(me);
    check_leases(self);
    AWAIT(me, pool_wait_closed(me, &self->pool));
    TASK_END(me);
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

/* Takes an argument, Ada:Bob:30, apart. Returns NULL if it is none. */
static struct task *read_transfer(const char *text)
{
    struct transfer *transfer = calloc(1, transfer_size);

    if (!transfer)
        return NULL;
    text = read_name(text, transfer->from, ':');
    if (text)
        text = read_name(text, transfer->to, ':');
    if (text)
        transfer->amount = strtol(text, NULL, 10);
    if (transfer->amount > 0 && strcmp(transfer->from, transfer->to) != 0)
        return &transfer->task;
    free(transfer);
    return NULL;
}

static int run(struct program *program)
{
    const char *error = mariadb_server_find(&program->server, NULL);

    for (size_t i = 0; i < program->count; i++) {
        program->transfers[i] = read_transfer(program->arguments[i]);
        if (!program->transfers[i])
            error = "not FROM:TO:AMOUNT";
    }
    if (!error)
        return task_main(&program->task, program_run);
    fprintf(stderr, "4_transfer: %s\n", error);
    return 2;
}

int main(int argc, char **argv)
{
    struct program program = {.arguments = argv + 1,
                              .count = (size_t)(argc - 1)};
    int status;

    if (argc < 2 || program.count > TRANSFERS) {
        fputs("usage: 4_transfer FROM:TO:AMOUNT...\n", stderr);
        return 2;
    }
    status = run(&program);
    for (size_t i = 0; i < program.count; i++)
        free(program.transfers[i]);
    mysql_library_end();
    return status;
}
