/* any_order — many waiters give up, many leases come back, many deadlines pass,
 * in three orders: none may cost much more than the asking did.
 *
 * Build: cc -I../../modules -I../../../03-tasks/modules -o any_order any_order.c ../../modules/connection_pool.c ../../modules/scripted.c ../../modules/waiters.c ../../../03-tasks/modules/heap.c $(pkg-config --cflags --libs libevent)
 * Run:   ./any_order cancel | release | timeout [NUMBER]
 *
 * Prints how many times the processor time of the asking each order took. A walk
 * through the queue for each of them takes hundreds of times as much.
 */
#include "scripted.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum order { OLDEST_FIRST, NEWEST_FIRST, NO_ORDER, ORDERS };

static struct scene {
    const char *name;
    int number; /* of waiters or leases */
    struct event_base *base;
    struct scripted_server server;
    struct pool *pool;
    int64_t *tickets;
    struct lease *leases;
    double asking, leaving; /* their processor time, ms */
    int answered;
    bool closed;
} scene;

static bool plays(const char *name)
{
    return strcmp(scene.name, name) == 0;
}

static double processor_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Which of them is the i-th in that order. 7919 is a prime, so that each comes
 * once where their number is no multiple of it. */
static int chosen(enum order order, int i)
{
    if (order == OLDEST_FIRST)
        return i;
    if (order == NEWEST_FIRST)
        return scene.number - 1 - i;
    return (int)((int64_t)i * 7919 % scene.number);
}

static void on_lease(struct lease lease, const char *error, void *arg)
{
    (void)error;
    (void)arg;
    scene.leases[scene.answered++] = lease;
}

static void on_created(struct pool *pool, const char *error, void *arg)
{
    (void)pool;
    (void)arg;
    if (error)
        errx(1, "%s", error);
}

static void on_closed(void *arg)
{
    (void)arg;
    scene.closed = true;
    pool_free(scene.pool);
}

static void run_loop(void)
{
    if (event_base_loop(scene.base, EVLOOP_NONBLOCK) < 0)
        errx(1, "the loop failed");
}

/* All ask; with deadlines, the i-th in that order has the i-th of them. */
static void all_ask(enum order order)
{
    for (int i = 0; i < scene.number; i++) {
        int who = chosen(order, i);
        int timeout_ms = plays("timeout") ? who + 1 : -1;

        scene.tickets[i] = pool_acquire(scene.pool, timeout_ms, on_lease, NULL);
        if (scene.tickets[i] < 0)
            errx(1, "out of memory");
        if (plays("timeout")) /* a pass for each, as there will be later */
            run_loop();
    }
    while (plays("release") && scene.answered < scene.number)
        run_loop();
}

/* What is measured. Returns how many of them went as they must. */
static int all_leave(enum order order)
{
    int good = 0;

    if (plays("timeout")) {
        for (int i = 0; i < scene.number; i++) {
            scene.server.now_ms++;
            pool_look(scene.pool);
            run_loop();
            good += scene.answered == i + 1;
        }
    } else if (plays("release")) {
        for (int i = 0; i < scene.number; i++) {
            struct lease lease = scene.leases[chosen(order, i)];

            good += pool_release(scene.pool, lease) == 0;
            good -= pool_release(scene.pool, lease) == 0; /* it is stale */
        }
    } else {
        for (int i = 0; i < scene.number; i++) {
            int64_t ticket = scene.tickets[chosen(order, i)];

            good += pool_cancel(scene.pool, ticket) == 0;
            good -= pool_cancel(scene.pool, ticket) == 0; /* it is stale */
        }
    }
    return good;
}

/* One order, with a pool of its own. */
static void play(enum order order)
{
    const struct pool_options options = {0, plays("release") ? scene.number : 1,
                                         -1};
    double begin, end;
    int good;

    scene.answered = 0;
    scene.closed = false;
    scene.pool = pool_new(scene.base, &scripted_methods, &scene.server,
                          &options, on_created, NULL);
    if (!scene.pool)
        errx(1, "out of memory");
    scene.server.slow = !plays("release");
    run_loop();
    begin = processor_ms();
    all_ask(order);
    end = processor_ms();
    scene.asking = end - begin;
    good = all_leave(order);
    scene.leaving = processor_ms() - end;
    if (good != scene.number)
        errx(1, "a waiter or a lease was not found, or found twice");
    pool_close(scene.pool, on_closed, NULL);
    while (!scene.closed)
        run_loop();
    scripted_free(&scene.server);
}

int main(int argc, char **argv)
{
    static const char *const names[ORDERS] = {"oldest first", "newest first",
                                              "in no order"};

    if (argc < 2)
        errx(2, "usage: any_order cancel | release | timeout [NUMBER]");
    scene.name = argv[1];
    scene.number = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 40000;
    scene.base = event_base_new();
    scene.tickets = calloc((size_t)scene.number, sizeof *scene.tickets);
    scene.leases = calloc((size_t)scene.number, sizeof *scene.leases);
    if (!scene.base || !scene.tickets || !scene.leases)
        errx(1, "out of memory");
    scene.server.base = scene.base;
    for (enum order order = 0; order < ORDERS; order++) {
        play(order);
        fprintf(stderr, "asking: %.1f ms, leaving: %.1f ms\n", scene.asking,
                scene.leaving);
        printf("%s: %.1f times\n", names[order], scene.leaving / scene.asking);
    }
    free(scene.tickets);
    free(scene.leases);
    event_base_free(scene.base);
    libevent_global_shutdown();
    return 0;
}
