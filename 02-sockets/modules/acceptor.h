/* acceptor — lets clients into a server on libevent, until a signal stops it.
 *
 *     struct acceptor acceptor = {.on_client = on_client, .on_stop = on_stop};
 *     if (acceptor_start(&acceptor, base, &options) == 0)
 *         event_base_dispatch(base);
 *     acceptor_free(&acceptor);            before event_base_free
 *
 *     static void on_client(evutil_socket_t fd, struct sockaddr *from,
 *                           void *arg)     takes fd
 *     static void on_stop(void *arg)       ends the clients that can go
 *
 * Out of descriptors, accept() fails, the listening socket stays readable, and
 * a loop that only logs the error would spin (see 02-14). The acceptor pauses
 * for a second instead, and then tries again.
 *
 * A stop should flush what is owed, and yet must end. Nothing tells when a peer
 * has confirmed the last byte, so on_stop is called again and again; the
 * acceptor ends the loop after 5 s if on_stop has not done so before.
 *
 * Idea: asyncio.start_server and loop.add_signal_handler; accept(2), signal(7).
 */
#ifndef ACCEPTOR_H
#define ACCEPTOR_H

#include "options.h"
#include "stop_signals.h"
#include <event2/event.h>
#include <event2/listener.h>
#include <stdbool.h>

/* Set the first three and leave the others zero: they are the acceptor's own.
 * It must not move until acceptor_free. */
struct acceptor {
    /* A new client. Its descriptor is yours; close it when the client goes. */
    void (*on_client)(evutil_socket_t fd, struct sockaddr *from, void *arg);
    /* A signal has come, and no client follows. Call event_base_loopbreak when
     * no client is left. Comes again every 50 ms until the loop ends. NULL:
     * the acceptor watches for no signal, and acceptor_free is the stop. */
    void (*on_stop)(void *arg);
    void *arg; /* for both */

    struct event_base *base; /* the caller's */
    struct evconnlistener *listener;
    struct event *accept_pause; /* pending: accept no client until it is due */
    struct event *drain_poll;   /* when stopping: the next on_stop */
    struct stop_signals signals;
    bool full, stopped; /* the server's word; a signal has come */
};

/* Watches for SIGINT and SIGTERM, listens on options->address and prints where.
 * Returns 0; on failure, also if base is NULL, prints the reason and returns
 * -1. Call acceptor_free in both cases. */
int acceptor_start(struct acceptor *acceptor, struct event_base *base,
                   const struct options *options);

/* Full: further clients wait in the kernel's backlog, until this is called with
 * false. Without memory for listening again, that is retried in a second. */
void acceptor_set_full(struct acceptor *acceptor, bool full);

/* Frees what is there. Closes the listening socket, which resets the clients in
 * its backlog. */
void acceptor_free(struct acceptor *acceptor);

#endif
