/* 3_scene.h — what 3_notes.c is given: the server around it, and `main`.
 *
 * The scene listens on a free port of 127.0.0.1, accepts clients, reads their
 * lines, and frees what is left when SIGTERM stops it. For each client it makes
 * a bufferevent, whose callbacks are the scene's; what it does with a client
 * goes through the functions of 3_notes.c.
 */
#ifndef SCENE_3_H
#define SCENE_3_H

#include <event2/event.h>
#include <stdbool.h>

struct bufferevent;
struct evbuffer;
struct server; /* owned by main; outlives the connections */

enum { NOTE_LONGEST = 4096 };

/* ---- What 3_notes.c has, and the scene calls ---- */

/* One client. Its fields are yours. */
struct connection;

/* Makes the connection of a client, which owns `bev` from then on. Without
 * memory returns NULL, and then the scene frees `bev`. */
struct connection *connection_new(struct server *server,
                                  struct bufferevent *bev);

/* Frees the connection and all that it owns. */
void connection_free(struct connection *connection);

/* Returns whether the client is owed nothing but what is being written; `eof`:
 * the client has half-closed. When all is written and this is true, the scene
 * calls connection_free(). */
bool connection_is_over(const struct connection *connection, bool eof);

/* Lines have come: calls obey() for each. What it leaves in `input` is read
 * again with the next lines, unless the connection is over. */
void on_input(struct connection *connection, struct evbuffer *input);

/* A client says "read NAME": sends the note, of NOTE_LONGEST bytes at most.
 * Reading it blocks the loop, but not for long: a note is short. */
void send_note(struct connection *connection, const char *name);

/* A client says "wait MS": answers "done" when that time is over. */
void start_wait(struct connection *connection, long ms);

/* ---- What it can call ---- */

/* Does what a line asks for: calls send_note() or start_wait(), or answers.
 * Returns true after "bye": then no more lines are obeyed. */
bool obey(struct connection *connection, struct bufferevent *bev,
          const char *line);

/* Sends a line to the client. */
void answer(struct bufferevent *bev, const char *text);

/* Opens a note. Returns a descriptor that the caller must close; on failure
 * returns -1. */
int note_open(struct server *server, const char *name);

/* Starts a timer that calls `callback` once. Returns the event, which the
 * caller owns, pending; on failure returns NULL. */
struct event *timer_start(struct server *server, long ms,
                          event_callback_fn callback, void *arg);

#endif
