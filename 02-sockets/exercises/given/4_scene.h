/* 4_scene — what 4_connect is given: `main`, and what it prints.
 *
 *     make try EXERCISE=02-4 ARGS='TRIES PAUSE PORT...'
 *
 * `main` makes a target of each port, all at once, and runs the loop until no
 * event is pending. Then it frees the targets. The program ends with status 0
 * if every target could be made.
 *
 * Your file defines `struct target`, with the fields that you need, and the two
 * functions of the first part below. It may call those of the second part.
 */
#ifndef SCENE_4_H
#define SCENE_4_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>

struct target; /* one for each port; defined in your file */

/* ---- What main calls; your file defines it. ---- */

/* Makes a target and its first try: begins to connect to `port` of 127.0.0.1.
 * `max_tries` is TRIES, `first_pause` is PAUSE in ms; `base` remains main's.
 * Returns the target; on failure frees what it made and returns NULL. */
struct target *target_new(struct event_base *base, int port, long max_tries,
                          long first_pause);

/* Frees a target and all that it owns, whether its tries are over or not. */
void target_free(struct target *target);

/* ---- What the scene offers. ---- */

/* Begins to connect `bev` to `port` of 127.0.0.1. Returns 0, and the result
 * comes to the event callback of `bev`; on failure returns -1. */
int connect_to_port(struct bufferevent *bev, int port);

/* Takes the peer's first line out of the input of `bev` and prints it:
 * "8888: connected at try 2: hello". Returns true; when the line has not come
 * yet, prints nothing and returns false. */
bool print_connected(struct bufferevent *bev, int port, long tries);

/* Prints "9999: given up after 4 tries". */
void print_given_up(int port, long tries);

#endif
