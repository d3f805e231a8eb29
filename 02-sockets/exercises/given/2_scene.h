/* 2_scene — what 2_flood is given: the server, and a reader of its requests.
 *
 * How the server calls your file stands in line_server.h; `main` stands in
 * 2_scene.c.
 */
#ifndef SCENE_2_H
#define SCENE_2_H

#include "line_server.h"

/* Takes a request out of the input: a number and a newline. Stores the
 * number and returns 1. Returns 0 when the newline has not come yet. Returns -1
 * when so much has come without a newline that this is no number. */
int read_number(struct evbuffer *input, long *number);

#endif
