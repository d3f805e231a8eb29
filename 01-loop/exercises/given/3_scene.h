/* 3_scene.h — what 3_call_soon.c is given: three programs that use the queue.
 *
 * The scene holds `main`. It makes an event base and a queue of deferred calls,
 * and plays one of these until nothing is pending any more:
 *
 *     3_call_soon N           defers N calls that print their numbers; each but
 *                             the last defers another; 20 ms later N more
 *     3_call_soon chain N     defers a call that defers itself, N in all; a
 *                             timer of 0 ms must have its turn meanwhile
 *     3_call_soon stop AT N   the same chain; call AT stops the loop, and then
 *                             defers N calls, which must not run any more
 *
 * Then it frees the queue and the base.
 */
#ifndef SCENE_3_H
#define SCENE_3_H

#include <stddef.h>

struct event_base;

/* What is deferred: a function, which is called with `arg`. */
typedef void (*function)(void *arg);

/* ---- What you write in 3_call_soon.c, and the scene calls ---- */

/* A queue of deferred calls. Its fields are yours: define it in 3_call_soon.c.
 * The scene owns its memory, `soon_size` bytes that are all zeros at first. */
struct soon;
extern const size_t soon_size; /* sizeof(struct soon) */

/* Makes the queue empty. Returns 0; on failure returns -1. The scene calls
 * soon_free() in both cases. */
int soon_init(struct soon *soon, struct event_base *base);

/* Defers run(arg) to the next pass of the loop, after the calls that were
 * deferred before it. The queue does not own `arg`. A function that is run may
 * call this, too. Returns 0; without memory returns -1 and defers nothing. */
int call_soon(struct soon *soon, function run, void *arg);

/* Frees what the queue owns, and the calls that have not run, but not `soon`
 * itself. The scene calls this once, before it frees the base. If memory runs
 * out before soon_init(), the scene still calls this: for a queue of zeros. */
void soon_free(struct soon *soon);

#endif
