/* line_server — the server around exercises 1, 2 and 3.
 *
 * It listens on a free port of 127.0.0.1, prints the port on stderr, accepts
 * peers, and gives each of them to your file as a connection. SIGTERM stops it:
 * it frees the connections that are left, and the program ends with status 0.
 *
 * Your file defines `struct connection`, with the fields that you need, and the
 * two functions of the first part below. It calls line_server_forget.
 * Nothing in given/ has to be changed.
 */
#ifndef LINE_SERVER_H
#define LINE_SERVER_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

struct line_server; /* owned by line_server_run; your file passes it on */
struct connection;  /* one for each peer; defined in your file */

/* ---- What the server calls; your file defines it. ---- */

/* Makes the connection of a peer that has just been accepted: allocates it and
 * sets the callbacks of `bev`, the peer's socket. After this call the server
 * enables reading and writing. The socket's send buffer is small (16 KiB), so
 * that a slow reader is noticed soon.
 *
 * Returns the connection, which owns `bev` from then on; freeing `bev` closes
 * the descriptor. Without memory returns NULL; the server then frees `bev`. */
struct connection *connection_new(struct line_server *server,
                                  struct bufferevent *bev);

/* Ends a connection: calls line_server_forget, frees the bufferevent, then the
 * connection. Your callbacks call this function once for each connection. The
 * server calls it for each connection that is left when it stops. */
void connection_free(struct connection *connection);

/* ---- What the server offers. ---- */

/* Takes a connection out of the server's list. Frees nothing. Without this call
 * the server would free the connection a second time when it stops. */
void line_server_forget(struct line_server *server,
                        struct connection *connection);

/* Runs the server until SIGTERM comes; `name` is the program's, for messages.
 * Returns the exit status of the program: 0, or 1 if it could not serve. Only
 * `main` calls it, which stands in 1_scene.c, 2_scene.c and 3_scene.c. */
int line_server_run(const char *name);

#endif
