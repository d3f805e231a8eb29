/* 1_bank — transfers at once, and no money lost or made.
 *
 * asyncio: asyncio.Lock, one for each account
 * Run:     ./1_bank 5 100,0,50 0-1:80 2-1:20 1-0:10
 *                              reading takes 5 ms, writing 15; the balances of
 *                              the accounts 0, 1, 2; transfers, all at once
 * Prints:  0: done, or 0: refused: …, as it comes; then the balances
 *
 * The wait is between the reading and the writing, and it cannot be moved: so
 * each account has a lock. A transfer takes the lock of the lower number first,
 * whatever its direction, so that two of them cannot wait for each other. Each
 * way out leads through transfer_end, which releases what it holds.
 */
#include "async_lock.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

enum { ACCOUNTS = 8, TRANSFERS = 64, UNKNOWN = -1 };

/* Where the balances are: elsewhere, so they cannot be seen from here. It reads
 * and writes, no more, and each is a trip there and back. */
struct ledger;

typedef void (*ledger_callback)(long balance, void *arg);

/* A question to the ledger, one at a time. Owns its timer. */
struct trip {
    struct ledger *ledger;
    struct event *timer; /* pending while it is on its way */
    int account;
    long written; /* UNKNOWN: it only reads */
    ledger_callback callback;
    void *arg;
};

/* Lives in main. */
struct bank {
    struct ledger *ledger;
    struct async_lock *locks[ACCOUNTS]; /* owned */
    int decided;
};

/* Owned by main. */
struct transfer {
    struct bank *bank;
    int number, from, to;
    long amount;
    struct trip trip;
    long from_seen, to_seen;
    struct lock_request first, second; /* the lower account's, the higher's */
};

static void ledger_read(struct trip *trip, int account,
                        ledger_callback callback, void *arg);
static void ledger_write(struct trip *trip, int account, long balance,
                         ledger_callback callback, void *arg);

static int lower(const struct transfer *transfer)
{
    return transfer->from < transfer->to ? transfer->from : transfer->to;
}

static int higher(const struct transfer *transfer)
{
    return transfer->from < transfer->to ? transfer->to : transfer->from;
}

/* The only way out: says how it ended, releases the locks. */
static void transfer_end(struct transfer *transfer, const char *how)
{
    struct bank *bank = transfer->bank;

    printf("%d: %s\n", transfer->number, how);
    bank->decided++;
    (void)async_lock_release(bank->locks[higher(transfer)], &transfer->second);
    (void)async_lock_release(bank->locks[lower(transfer)], &transfer->first);
}

static void on_to_written(long balance, void *arg)
{
    (void)balance;
    transfer_end(arg, "done");
}

static void on_from_written(long balance, void *arg)
{
    struct transfer *transfer = arg;

    (void)balance;
    ledger_write(&transfer->trip, transfer->to,
                 transfer->to_seen + transfer->amount, on_to_written, transfer);
}

static void on_to_read(long balance, void *arg)
{
    struct transfer *transfer = arg;

    if (balance == UNKNOWN) {
        transfer_end(transfer, "refused: no such account");
        return;
    }
    transfer->to_seen = balance;
    ledger_write(&transfer->trip, transfer->from,
                 transfer->from_seen - transfer->amount, on_from_written,
                 transfer);
}

static void on_from_read(long balance, void *arg)
{
    struct transfer *transfer = arg;

    if (balance == UNKNOWN) {
        transfer_end(transfer, "refused: no such account");
        return;
    }
    if (balance < transfer->amount) {
        transfer_end(transfer, "refused: too little");
        return;
    }
    if (transfer->from == transfer->to) { /* nothing moves */
        transfer_end(transfer, "done");
        return;
    }
    transfer->from_seen = balance;
    ledger_read(&transfer->trip, transfer->to, on_to_read, transfer);
}

/* There is no limit to the wait, so the outcome is always the lock. */
static void on_second_lock(enum lock_outcome outcome, void *arg)
{
    struct transfer *transfer = arg;

    (void)outcome;
    ledger_read(&transfer->trip, transfer->from, on_from_read, transfer);
}

static void on_first_lock(enum lock_outcome outcome, void *arg)
{
    struct transfer *transfer = arg;

    if (transfer->from == transfer->to)
        on_second_lock(outcome, transfer);
    else if (async_lock_acquire(transfer->bank->locks[higher(transfer)],
                                &transfer->second, NULL, on_second_lock,
                                transfer) < 0)
        transfer_end(transfer, "refused: no lock");
}

/* Begins a transfer; transfer_end is called once it is decided. */
static void transfer_start(struct transfer *transfer)
{
    if (async_lock_acquire(transfer->bank->locks[lower(transfer)],
                           &transfer->first, NULL, on_first_lock, transfer) < 0)
        transfer_end(transfer, "refused: no lock");
}

/* Makes what the transfers share. Returns 0, or -1; bank_close undoes it in both
 * cases. */
static int bank_open(struct bank *bank, struct event_base *base)
{
    for (int i = 0; i < ACCOUNTS; i++) {
        bank->locks[i] = async_lock_new(base);
        if (!bank->locks[i])
            return -1;
    }
    return 0;
}

static void bank_close(struct bank *bank)
{
    for (int i = 0; i < ACCOUNTS; i++)
        async_lock_free(bank->locks[i]);
}

/* ---- The scene: nothing is to be changed from here on. ---- */

/* Lives in main. */
struct ledger {
    long ms; /* to read a balance; three times as long to write one */
    long balances[ACCOUNTS]; /* UNKNOWN: there is no such account */
};

/* The end of a trip: only here the ledger is looked at or changed. */
static void on_trip(evutil_socket_t fd, short events, void *arg)
{
    struct trip *trip = arg;
    long *balance = &trip->ledger->balances[trip->account];

    (void)fd;
    (void)events;
    if (trip->written != UNKNOWN && *balance != UNKNOWN)
        *balance = trip->written;
    trip->callback(*balance, trip->arg);
}

static void trip_start(struct trip *trip, int account, long written,
                       ledger_callback callback, void *arg)
{
    long ms = trip->ledger->ms * (written == UNKNOWN ? 1 : 3);
    struct timeval time = {ms / 1000, ms % 1000 * 1000};

    trip->account = account;
    trip->written = written;
    trip->callback = callback;
    trip->arg = arg;
    if (evtimer_add(trip->timer, &time) < 0)
        perror("1_bank: cannot reach the ledger");
}

/* Asks for a balance, or UNKNOWN; it comes with the callback, once, from the
 * loop. */
static void ledger_read(struct trip *trip, int account,
                        ledger_callback callback, void *arg)
{
    trip_start(trip, account, UNKNOWN, callback, arg);
}

/* Sets a balance; when it is set, the callback comes, once, from the loop. */
static void ledger_write(struct trip *trip, int account, long balance,
                         ledger_callback callback, void *arg)
{
    trip_start(trip, account, balance, callback, arg);
}

/* Reads "0-1:80". Returns 0, or -1. */
static int parse_transfer(struct transfer *transfer, const char *text)
{
    char *end = NULL;

    transfer->from = (int)strtol(text, &end, 10);
    if (*end == '-')
        transfer->to = (int)strtol(end + 1, &end, 10);
    if (*end == ':')
        transfer->amount = strtol(end + 1, &end, 10);
    return !*end && transfer->from >= 0 && transfer->from < ACCOUNTS &&
                   transfer->to >= 0 && transfer->to < ACCOUNTS &&
                   transfer->amount > 0
               ? 0
               : -1;
}

/* Reads "5 100,0,50 0-1:80 …". Returns how many transfers, 0 if it is wrong. */
static int parse(struct bank *bank, struct transfer *transfers, int argc,
                 char **argv)
{
    char *at = argc > 3 ? argv[2] : "";
    int count = argc - 3;

    bank->ledger->ms = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
    if (bank->ledger->ms < 1 || count > TRANSFERS)
        return 0;
    for (int i = 0; i < ACCOUNTS; i++) {
        bank->ledger->balances[i] = *at ? strtol(at, &at, 10) : UNKNOWN;
        if (*at == ',')
            at++;
    }
    for (int i = 0; i < count; i++) {
        if (parse_transfer(&transfers[i], argv[i + 3]) < 0)
            return 0;
        transfers[i].number = i;
        transfers[i].bank = bank;
        transfers[i].trip.ledger = bank->ledger;
    }
    return count;
}

int main(int argc, char **argv)
{
    struct ledger ledger = {0};
    struct bank bank = {.ledger = &ledger};
    struct transfer transfers[TRANSFERS] = {0};
    int count = parse(&bank, transfers, argc, argv), status = 1;
    struct event_base *base;

    if (count == 0) {
        fputs("usage: 1_bank MS BALANCE,... FROM-TO:AMOUNT...\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (!base || bank_open(&bank, base) < 0)
        goto cleanup;
    for (int i = 0; i < count; i++) {
        transfers[i].trip.timer =
            evtimer_new(base, on_trip, &transfers[i].trip);
        if (!transfers[i].trip.timer)
            goto cleanup;
    }
    for (int i = 0; i < count; i++)
        transfer_start(&transfers[i]);
    if (event_base_dispatch(base) < 0)
        goto cleanup;
    printf("balances:");
    for (int i = 0; i < ACCOUNTS && ledger.balances[i] != UNKNOWN; i++)
        printf(" %ld", ledger.balances[i]);
    printf("\n");
    if (bank.decided == count)
        status = 0;
    else
        fprintf(stderr, "1_bank: the loop ran empty, %d of %d decided\n",
                bank.decided, count);

cleanup:
    bank_close(&bank);
    for (int i = 0; i < count; i++) {
        if (transfers[i].trip.timer)
            event_free(transfers[i].trip.timer);
    }
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
