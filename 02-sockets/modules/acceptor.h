/* acceptor — lets clients into a server on libevent, and hears when to stop.
 *
 *     struct acceptor acceptor = {.on_client = on_client, .on_stop = on_stop};
 *     if (acceptor_start(&acceptor, base, &options) < 0) …
 *     static void on_client(evutil_socket_t fd, struct sockaddr *from,
 *                           void *arg)
 *     static void on_stop(void *arg)       SIGINT or SIGTERM has come
 *     acceptor_free(&acceptor);            before event_base_free
 *
 * Out of descriptors, accept() fails, the listening socket stays readable, and
 * a loop that only logs the error would spin (see 02-14). The acceptor pauses
 * for a second instead, and then tries again.
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
    /* A signal: no client follows. Comes again with each further signal. */
    void (*on_stop)(void *arg);
    void *arg; /* for both */

    struct evconnlistener *listener;
    struct event *accept_pause; /* pending: accept no client until it is due */
    struct stop_signals signals;
    bool full, stopped; /* the server's word; a signal has come */
};

/* Watches for SIGINT and SIGTERM, listens on options->address and prints where.
 * Returns 0; on failure prints the reason and returns -1. Call acceptor_free in
 * both cases. */
int acceptor_start(struct acceptor *acceptor, struct event_base *base,
                   const struct options *options);

/* Full: further clients wait in the kernel's backlog, until this is called with
 * false. Without memory for listening again, that is retried in a second. */
void acceptor_set_full(struct acceptor *acceptor, bool full);

/* Frees what is there. Closes the listening socket, which resets the clients in
 * its backlog. */
void acceptor_free(struct acceptor *acceptor);

#endif
