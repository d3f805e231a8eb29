/* See 1_scene.h. */
#include "1_scene.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

enum { TRANSFERS = 64 };

/* Lives in main. */
struct ledger {
    long ms; /* to read a balance; three times as long to write one */
    long balances[ACCOUNTS]; /* UNKNOWN: there is no such account */
    int decided;             /* transfers */
};

/* A question to the ledger, one at a time. Owns its timer. */
struct trip {
    struct ledger *ledger;
    struct event *timer; /* pending while it is on its way */
    int account;
    long written; /* UNKNOWN: it only reads */
    ledger_callback callback;
    void *arg;
};

/* Lives in main. Owns the transfers. */
struct scene {
    struct ledger ledger;
    struct order orders[TRANSFERS];
    struct trip trips[TRANSFERS];
    struct transfer *transfers[TRANSFERS];
    int count;
};

void order_decided(struct order *order, const char *how)
{
    printf("%d: %s\n", order->number, how);
    order->trip->ledger->decided++;
}

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

void ledger_read(struct order *order, int account, ledger_callback callback,
                 void *arg)
{
    trip_start(order->trip, account, UNKNOWN, callback, arg);
}

void ledger_write(struct order *order, int account, long balance,
                  ledger_callback callback, void *arg)
{
    trip_start(order->trip, account, balance, callback, arg);
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
static int parse(struct scene *scene, int argc, char **argv)
{
    char *at = argc > 3 ? argv[2] : NULL; /* is not looked at then */

    scene->count = argc - 3;
    scene->ledger.ms = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
    if (scene->ledger.ms < 1 || scene->count > TRANSFERS)
        return -1;
    for (int i = 0; i < ACCOUNTS; i++) {
        scene->ledger.balances[i] = *at ? strtol(at, &at, 10) : UNKNOWN;
        if (*at == ',')
            at++;
    }
    for (int i = 0; i < scene->count; i++) {
        struct order *order = &scene->orders[i];

        if (parse_order(order, argv[i + 3]) < 0)
            return -1;
        order->number = i;
        order->trip = &scene->trips[i];
        order->trip->ledger = &scene->ledger;
    }
    return 0;
}

/* Starts all transfers and runs the loop. Returns 0; on failure returns -1. */
static int play(struct scene *scene, struct bank *bank, struct event_base *base)
{
    for (int i = 0; i < scene->count; i++) {
        scene->trips[i].timer = evtimer_new(base, on_trip, &scene->trips[i]);
        if (!scene->trips[i].timer)
            return -1;
    }
    for (int i = 0; i < scene->count; i++) {
        scene->transfers[i] = transfer_start(bank, &scene->orders[i]);
        if (!scene->transfers[i])
            return -1;
    }
    if (event_base_dispatch(base) < 0)
        return -1;
    printf("balances:");
    for (int i = 0; i < ACCOUNTS && scene->ledger.balances[i] != UNKNOWN; i++)
        printf(" %ld", scene->ledger.balances[i]);
    printf("\n");
    if (scene->ledger.decided == scene->count)
        return 0;
    fprintf(stderr, "1_bank: the loop ran empty, %d of %d decided\n",
            scene->ledger.decided, scene->count);
    return -1;
}

int main(int argc, char **argv)
{
    struct scene scene = {0};
    struct event_base *base;
    struct bank *bank = NULL;
    int status = 1;

    if (parse(&scene, argc, argv) < 0) {
        fputs("usage: 1_bank MS BALANCE,... FROM-TO:AMOUNT...\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (base)
        bank = bank_new(base);
    if (bank && play(&scene, bank, base) == 0)
        status = 0;
    if (bank)
        bank_free(bank);
    for (int i = 0; i < scene.count; i++) {
        free(scene.transfers[i]);
        if (scene.trips[i].timer)
            event_free(scene.trips[i].timer);
    }
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
