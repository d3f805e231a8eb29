/* 2_scene.h — what 2_first.c is given: the program around the questions.
 *
 * The scene holds `main`. For each DELAY it makes a pipe; another process writes
 * one byte into the pipe after DELAY milliseconds. The scene asks a question
 * for each pipe, and runs the loop until nothing is pending any more. With -b
 * another callback of the same loop blocks it for BLOCK milliseconds at the
 * start. At the end the scene frees the questions and the base. The exit status
 * is 1 if the loop was stopped.
 *
 * A DELAY of -1 makes a descriptor that no event can wait for: event_add()
 * fails, and question_ask() must return NULL. The scene prints "0: not asked".
 */
#ifndef SCENE_2_H
#define SCENE_2_H

struct event_base;

/* ---- What you write in 2_first.c, and the scene calls ---- */

/* A question. Its fields are yours: define it in 2_first.c. */
struct question;

/* Asks question `number`: waits on `base` until the answer can be read from
 * `read_end`, but for `ms` milliseconds at most. Then prints one line, once:
 * "0: answer" or "0: timeout", where 0 is the number. An answer that is there
 * when the loop looks again has come in time, even if the deadline has passed
 * meanwhile.
 *
 * The scene calls this before the loop runs. The scene owns the read end, and
 * closes it after question_free(). Returns the question; on failure frees what
 * it has made and returns NULL. */
struct question *question_ask(struct event_base *base, int number, int read_end,
                              long ms);

/* Frees the question and its events, settled or not. The scene calls this once
 * for each question, before it frees the base. */
void question_free(struct question *question);

#endif
