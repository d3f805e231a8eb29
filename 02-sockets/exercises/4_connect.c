/* 4_connect — try again, with pauses that grow.
 *
 * asyncio: open_connection in a loop, with sleep between
 * Run:     make try EXERCISE=02-4 ARGS='4 50 8888 9999'
 *          four tries each, with pauses of 50, 100 and 200 ms
 * Prints:  for each port, as it comes: "8888: connected at try 2" with the
 *          first line that the peer sends, or "9999: given up after 4 tries"
 * Given:   given/4_scene.h
 * Task:    README.md#4             Check: make practice EXERCISE=02-4
 */
#include "given/4_scene.h"

#include <stdlib.h>

/* One for each port, from target_new to target_free. */
struct target {
    struct event_base *base; /* main's */
    struct bufferevent *bev; /* owned: of this try, or NULL */
    struct event *pause;     /* owned */
    int port;
    long tries, max_tries, first_pause; /* tries so far, and at most; ms */
};

static void on_event(struct bufferevent *bev, short what, void *arg);

/* The end of this try: its socket is of no use any more. */
static void target_close(struct target *target)
{
    if (target->bev)
        bufferevent_free(target->bev);
    target->bev = NULL;
}

void target_free(struct target *target)
{
    target_close(target);
    if (target->pause)
        event_free(target->pause);
    free(target);
}

static void give_up(struct target *target)
{
    print_given_up(target->port, target->tries);
    target_close(target);
}

/* The peer's first line is all we want of it. */
static void on_readable(struct bufferevent *bev, void *arg)
{
    struct target *target = arg;

    if (print_connected(bev, target->port, target->tries))
        target_close(target);
}

/* Tries to connect once more; on_event is told how it went. Returns 0; on
 * failure returns -1. */
static int target_try(struct target *target)
{
    target->tries++;
    target->bev =
        bufferevent_socket_new(target->base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (!target->bev)
        return -1;
    bufferevent_setcb(target->bev, on_readable, NULL, on_event, target);
    if (bufferevent_enable(target->bev, EV_READ) < 0)
        return -1;
    return connect_to_port(target->bev, target->port);
}

/* ---- Your part: this one gives up after the first try. ---- */

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct target *target = arg;

    (void)bev;
    if (what & BEV_EVENT_CONNECTED)
        return;
    give_up(target);
}

static void on_pause_over(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    if (target_try(arg) < 0)
        give_up(arg);
}

struct target *target_new(struct event_base *base, int port, long max_tries,
                          long first_pause)
{
    struct target *target = calloc(1, sizeof *target);

    if (!target)
        return NULL;
    target->base = base;
    target->port = port;
    target->max_tries = max_tries;
    target->first_pause = first_pause;
    target->pause = evtimer_new(base, on_pause_over, target);
    if (!target->pause || target_try(target) < 0) {
        target_free(target);
        return NULL;
    }
    return target;
}
