/* 1_scene.c — main, and the ledger; 1_scene.h is the manual. */
#include "1_scene.h"
#include "queue.h"
#include "task_main.h"
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRANSFERS = 64, UNKNOWN = -1 };

const char NO_SUCH_ACCOUNT[] = "no such account";

/* Lives in main. */
struct ledger {
    long ms; /* to read a balance; three times as long to write one */
    long balances[ACCOUNTS]; /* UNKNOWN: there is no such account */
};

/* A question to the ledger. Owned by itself, until its wait is over. */
struct trip {
    struct task_wait wait; /* must come first */
    struct event *timer;   /* pending while it is on its way; owned */
    long *account;         /* in the ledger */
    long *read;            /* where the balance goes; NULL: it is written */
    long written;
};

static void trip_free(struct trip *trip)
{
    if (trip->timer)
        event_free(trip->timer);
    free(trip);
}

/* Its task is cancelled, or has a deadline that passed: no answer will come. */
static bool trip_interrupt(struct task_wait *wait)
{
    trip_free((struct trip *)wait);
    return true;
}

/* The end of a trip: only here the ledger is looked at or changed. */
static void on_trip(evutil_socket_t fd, short events, void *arg)
{
    struct trip *trip = arg;
    bool known = *trip->account != UNKNOWN;

    (void)fd;
    (void)events;
    if (known && trip->read)
        *trip->read = *trip->account;
    else if (known)
        *trip->account = trip->written;
    task_resume(trip->wait.waiter, known ? NULL : NO_SUCH_ACCOUNT);
    trip_free(trip);
}

static bool trip_start(struct task *me, long ms, struct trip trip)
{
    const struct timeval time = {ms / 1000, ms % 1000 * 1000};
    struct trip *started = calloc(1, sizeof *started);

    if (!started)
        return task_ready(me, TASK_NO_MEMORY);
    *started = trip;
    started->wait.kind = "the ledger";
    started->wait.interrupt = trip_interrupt;
    started->timer = evtimer_new(me->loop->base, on_trip, started);
    if (!started->timer || evtimer_add(started->timer, &time) < 0) {
        trip_free(started);
        return task_ready(me, TASK_NO_MEMORY);
    }
    return task_wait_on(me, &started->wait);
}

bool ledger_read(struct task *me, struct ledger *ledger, int account,
                 long *balance)
{
    return trip_start(
        me, ledger->ms,
        (struct trip){.account = &ledger->balances[account], .read = balance});
}

bool ledger_write(struct task *me, struct ledger *ledger, int account,
                  long balance)
{
    return trip_start(me, 3 * ledger->ms,
                      (struct trip){.account = &ledger->balances[account],
                                    .written = balance});
}

/* A transfer that was started. Part of the program; owns the task. */
struct started {
    struct task_wait wait; /* must come first: hears of the task's end */
    struct program *program;
    struct order order;
    int number;
    char name[24]; /* the task's */
    struct task *transfer;
};

/* async def main() */
struct program {
    struct task task;
    struct ledger ledger;
    struct bank *bank; /* owned */
    struct started started[TRANSFERS];
    int count, waited_for;
    struct semaphore ended; /* a permit for each transfer */
};

/* One that is cancelled has decided nothing: task_run has said why. */
static void on_transfer_ended(struct task_wait *wait, struct task *transfer)
{
    struct started *started = (struct started *)wait;
    const char *error = task_error(transfer);

    if (error && error != TASK_CANCELLED)
        printf("%d: refused: %s\n", started->number, error);
    else if (!error)
        printf("%d: done\n", started->number);
    semaphore_release(&started->program->ended);
}

/* Makes the bank and its transfers. Returns NULL, or an error. */
static const char *prepare(struct program *program)
{
    program->bank = bank_new(&program->ledger);
    if (!program->bank)
        return TASK_NO_MEMORY;
    for (int i = 0; i < program->count; i++) {
        struct started *started = &program->started[i];

        started->transfer = transfer_new(program->bank, &started->order);
        if (!started->transfer)
            return TASK_NO_MEMORY;
        started->wait.ended = on_transfer_ended;
        started->program = program;
        started->number = i;
        (void)snprintf(started->name, sizeof started->name, "transfer %d", i);
    }
    return NULL;
}

static void print_balances(const struct ledger *ledger)
{
    printf("balances:");
    for (int i = 0; i < ACCOUNTS && ledger->balances[i] != UNKNOWN; i++)
        printf(" %ld", ledger->balances[i]);
    printf("\n");
}

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    semaphore_init(&self->ended, 0);
    error = prepare(self);
    if (error)
        TASK_FAIL(me, error);
    for (int i = 0; i < self->count; i++) {
        struct started *started = &self->started[i];

        task_create(me->loop, started->transfer, transfer_run, started->name);
        task_observe(started->transfer, &started->wait);
    }
    for (; self->waited_for < self->count; self->waited_for++)
        AWAIT(me, semaphore_acquire(me, &self->ended));
    print_balances(&self->ledger);
    TASK_END(me);
}

/* Reads "0-1:80". Returns 0; on failure returns -1. */
static int parse_order(struct order *order, const char *text)
{
    char *end = NULL;

    order->from = (int)strtol(text, &end, 10);
    if (*end == '-')
        order->to = (int)strtol(end + 1, &end, 10);
    if (*end == ':')
        order->amount = strtol(end + 1, &end, 10);
    return !*end && order->from >= 0 && order->from < ACCOUNTS &&
                   order->to >= 0 && order->to < ACCOUNTS && order->amount > 0
               ? 0
               : -1;
}

/* Reads "5 100,0,50 0-1:80 …". Returns 0; on failure returns -1. */
static int parse(struct program *program, int argc, char **argv)
{
    char *at = argc > 3 ? argv[2] : NULL; /* is not looked at then */

    program->count = argc - 3;
    program->ledger.ms = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
    if (program->ledger.ms < 1 || program->count > TRANSFERS)
        return -1;
    for (int i = 0; i < ACCOUNTS; i++) {
        program->ledger.balances[i] = *at ? strtol(at, &at, 10) : UNKNOWN;
        if (*at == ',')
            at++;
    }
    for (int i = 0; i < program->count; i++) {
        if (parse_order(&program->started[i].order, argv[i + 3]) < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct program program = {0};
    int status;

    if (parse(&program, argc, argv) < 0) {
        fputs("usage: 1_bank MS BALANCE,... FROM-TO:AMOUNT...\n", stderr);
        return 2;
    }
    status = task_main(&program.task, program_run);
    for (int i = 0; i < program.count; i++)
        free(program.started[i].transfer);
    free(program.bank);
    return status;
}
