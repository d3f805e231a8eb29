/* listening — a listening socket, without any library.
 *
 *     int fd = listening_socket(&options);
 *
 *     if (fd < 0 || … || listening_announce(&options, fd) < 0)
 *         return -1;                       the reason is on stderr
 *
 * Idea: asyncio.start_server and its sockets[0].getsockname(); socket(7).
 */
#ifndef LISTENING_H
#define LISTENING_H

#include "options.h"

/* Listens on options->address. The socket is non-blocking and closed on exec.
 * It forgives connections in TIME_WAIT (see 02-20) and has the longest backlog
 * that there is (see 02-16). An IPv6 address gets no IPv4 clients. Accepted
 * sockets inherit SO_KEEPALIVE from it: a peer that lost power or network is
 * found out, if only after hours. Returns the descriptor, which the caller
 * owns; on failure prints the reason and returns -1. */
int listening_socket(const struct options *options);

/* Prints "listening on 127.0.0.1:8888" on stderr, with the port that fd has
 * got. Call it last: others may wait for this line and then connect. Returns 0;
 * on failure prints the reason and returns -1. */
int listening_announce(const struct options *options, int fd);

/* Prints "cannot listen on 127.0.0.1 port 8888: " and what errno means. */
void listening_failed(const struct options *options);

/* Returns true if accept() failed with an error of that one connection, which
 * is gone from the backlog then: accept the next one. Linux reports errors of
 * the network this way (accept(2)). After any other error, lack of descriptors
 * above all, the socket stays readable: pause (see 02-14). */
bool listening_lost_one(int error);

#endif
