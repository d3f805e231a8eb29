/* 3_scene — what 3_goodbye is given: the server, and reverse_lines.
 *
 * How the server calls your file stands in line_server.h; `main` stands in
 * 3_scene.c.
 */
#ifndef SCENE_3_H
#define SCENE_3_H

#include "line_server.h"

/* Moves all lines of the input to the output, the last one first. Bytes after
 * the last newline count as a line, too, and get a newline. Returns 0; without
 * memory returns -1. */
int reverse_lines(struct evbuffer *input, struct evbuffer *output);

#endif
