/* connector — a TCP connection to a host, by the first address that answers.
 *
 *     connector = connector_start(base, "db.example", 3306, &(struct timeval){10},
 *                                 on_connected, arg);
 *     if (!connector)
 *         warn("cannot begin to connect");
 *
 *     static void on_connected(evutil_socket_t fd,
 *                              const struct connector_failure *failure, void *arg)
 *         if (failure)
 *             warnx("cannot %s …: %s", failure->action, failure->reason);
 *         else
 *             … fd is ours, connected and non-blocking …
 *
 * A name may have several addresses, and one of them may swallow packets: an
 * IPv6 address without a way there, a dead host behind a firewall. Who tries
 * them in turn waits minutes for the kernel to give up the first. Happy
 * Eyeballs (RFC 8305) lets them race, politely:
 * - The families take turns: if IPv6 is broken, the second attempt is IPv4.
 * - The next attempt begins 250 ms after the last one, or at once when one
 *   fails. Those before it continue.
 * - The first attempt that connects wins. The others are closed.
 * Not as in the RFC: all addresses are waited for before the first attempt.
 *
 * It prints nothing. Idea: asyncio.open_connection(happy_eyeballs_delay=0.25);
 * without that argument asyncio tries the addresses in turn, each to its end.
 */
#ifndef CONNECTOR_H
#define CONNECTOR_H

#include "resolver.h"

struct connector_failure {
    const char *action; /* what failed: "resolve" or "connect to" */
    const char *reason; /* "timed out", "unknown host", or as of strerror */
};

/* What it ends with: a descriptor, which is the callee's, and NULL; or -1 and
 * the failure, valid during this call. When all attempts have failed, the
 * reason is the most telling of theirs: "Connection refused", which a host has
 * said, before "Network is unreachable", which this machine has. */
typedef void connector_done(evutil_socket_t fd,
                            const struct connector_failure *failure, void *arg);

struct connector;

/* Resolves `host`, which is needed only during this call, and connects. Within
 * `timeout`, for both together, calls `done` once, always through the loop. The
 * connector frees itself before that call. Returns NULL with errno if there is no
 * memory, descriptor or thread; then `done` is not called. */
struct connector *connector_start(struct event_base *base, const char *host,
                                  uint16_t port, const struct timeval *timeout,
                                  connector_done *done, void *arg);

/* The same with addresses that are known: one or more, copied. */
struct connector *connector_race(struct event_base *base,
                                 const struct addrinfo *addresses,
                                 const struct timeval *timeout,
                                 connector_done *done, void *arg);

/* Ends and frees a connector that has not called `done` yet, and now will not;
 * NULL is allowed. */
void connector_cancel(struct connector *connector);

#endif
