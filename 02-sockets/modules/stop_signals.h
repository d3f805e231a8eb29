/* stop_signals — SIGINT and SIGTERM as a callback on a libevent loop.
 *
 *     struct stop_signals signals = {0};
 *     if (stop_signals_add(&signals, base, on_signal, arg) < 0) …
 *     static void on_signal(evutil_socket_t number, short events,
 *                           void *arg)
 *     stop_signals_free(&signals);         before event_base_free
 *
 * Idea: loop.add_signal_handler, twice; signal(7).
 */
#ifndef STOP_SIGNALS_H
#define STOP_SIGNALS_H

#include <event2/event.h>

struct stop_signals {
    struct event *events[2]; /* owned until stop_signals_free; or NULL */
};

/* Calls on_signal on the loop for each SIGINT and SIGTERM, even if they were
 * blocked; they stay unblocked in this thread. Until they are
 * freed, the two events keep the loop from ending by itself. Returns 0; on
 * failure (lack of memory or descriptors) prints nothing and returns -1. Call
 * stop_signals_free in both cases. */
int stop_signals_add(struct stop_signals *signals, struct event_base *base,
                     event_callback_fn on_signal, void *arg);

/* Frees what there is; the signals end the process again. */
void stop_signals_free(struct stop_signals *signals);

#endif
