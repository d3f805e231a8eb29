/* 4_scene.h — what 4_rate.c is given: the program, and the calls.
 *
 * The scene holds `main`. It makes your limiter, and then a task for each call at
 * the time when that call asks. The call makes a pass and awaits it, with
 * task_wait_for if its patience is limited. When the pass is done, the call begins:
 * the scene prints its number on stdout, and on stderr with the µs since the start.
 * When the wait for the pass times out, the call gives up.
 *
 * Times are in µs, by the clock of task_loop_now().
 */
#ifndef SCENE_4_H
#define SCENE_4_H

#include "await.h"

enum { CALLS = 64 }; /* the most calls that ask, and the most in a window */

/* ---- What you write in 4_rate.c, and the scene calls ---- */

/* What all calls share. Its fields are yours: define it in 4_rate.c. */
struct limiter;

/* Makes a limiter: at most `most` calls, 1 to CALLS, begin in any window of so many
 * µs. The scene calls this once, before the first call asks. Returns the limiter;
 * without memory returns NULL. After the last call has ended, the scene frees what
 * you return, with free(). */
struct limiter *limiter_new(int most, int64_t window);

/* Makes a pass: a task that ends when one call may begin. Its struct is yours to
 * define; a struct task must come first in it. Returns that task; without memory
 * returns NULL. After the last call has ended, the scene frees what you return,
 * with free(). */
struct task *pass_new(struct limiter *limiter);

/* Runs a pass; the scene calls task_create with it.
 * Waits until one more call may begin, after all that have asked before. It may be
 * cancelled; then it is as if it had never asked. */
void pass_run(struct task *me);

#endif
