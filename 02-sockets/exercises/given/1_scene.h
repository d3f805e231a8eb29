/* 1_scene — what 1_lines is given: the server, and an answer to each line.
 *
 * How the server calls your file stands in line_server.h; `main` stands in
 * 1_scene.c.
 */
#ifndef SCENE_1_H
#define SCENE_1_H

#include "line_server.h"

#include <stddef.h>

/* Answers one line of `length` bytes, given without its newline: appends the
 * same bytes in reverse and a newline to the output of `bev`. The line remains
 * the caller's. */
void answer(struct bufferevent *bev, const char *line, size_t length);

#endif
