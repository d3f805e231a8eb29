/* transcript — what an operator is shown of a peer.
 *
 *     char peer[TRANSCRIPT_PEER_MAX];
 *     transcript_peer(address, peer, sizeof peer);     ('127.0.0.1', 40312)
 *     setlocale(LC_CTYPE, "C.UTF-8");                  once, in main
 *     transcript_print(stdout, message, n);            hel\x1b[31mlo
 *
 * A peer's bytes must not reach a terminal as they are: an escape sequence can
 * repaint it, a bidirectional control can reorder what is read.
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include <stdio.h>
#include <sys/socket.h>

enum { TRANSCRIPT_PEER_MAX = 96 }; /* bytes, with the NUL */

/* Writes printable UTF-8 as it is, and escapes controls and invisible format
 * characters in Python's spelling: \n, \x1b, \u202e; bytes that are no UTF-8 one
 * by one as \xff. Without a UTF-8 locale everything beyond ASCII is escaped. */
void transcript_print(FILE *stream, const char *bytes, size_t n);

/* Writes an address as Python prints it: ('127.0.0.1', 40312), and IPv6 with
 * flow label and scope: ('::1', 40312, 0, 0). */
void transcript_peer(const struct sockaddr *address, char *text, size_t size);

#endif
