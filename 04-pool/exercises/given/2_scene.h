/* 2_scene.h — what 2_both.c is given: the program.
 *
 * ./2_both MAX STEP... makes a pool of at most MAX connections, two or more,
 * and plays the steps. After each step the loop does all that can be done at
 * once. The clock is the real one. A to Z are borrowers:
 *
 *     want:ABC        each wants two connections, A before B before C
 *     want:A:MS       the same with a timeout of so many milliseconds, not 10 s
 *     one:X           wants only one
 *     give:A          gives back what it has
 *     cancel:A        does not want them any more
 *     sleep:MS        the loop runs for so many milliseconds
 *     refuse, accept  from now on connects fail, or succeed
 *     nomemory:N      the Nth pool_acquire from now on finds no memory
 *     count           prints how many connections are lent
 *
 * The pool is the lesson's; its manual is connection_pool.h.
 */
#ifndef SCENE_2_H
#define SCENE_2_H

#include "scripted.h"

/* ---- What you can use ---- */

extern struct event_base *base; /* in case you want a timer of your own */

/* Your calls of these two pass through the scene, which watches them. */
int64_t scene_acquire(struct pool *pool, int timeout_ms, pool_acquired acquired,
                      void *arg);
int scene_release(struct pool *pool, struct lease lease);
#define pool_acquire scene_acquire
#define pool_release scene_release

/* ---- What the scene calls, and you write ---- */

struct both; /* yours: the scene keeps a pointer to it and looks at nothing */

/* Receives the two leases. error: NULL, or why there are none; then both
 * connections are NULL. error is valid during the call. */
typedef void (*both_fn)(struct lease first, struct lease second,
                        const char *error, void *arg);

/* Asks for two connections and waits for up to timeout_ms for them, both
 * together. `got` is called once, later, unless it is cancelled: with two
 * leases, or with none and an error. After that the scene does not use the
 * result any more. Returns NULL without memory; then `got` is not called. */
struct both *both_acquire(struct pool *pool, int timeout_ms, both_fn got,
                          void *arg);

/* Gives up and frees both: nothing is kept, and `got` is not called. The scene
 * calls this only before `got`. */
void both_cancel(struct both *both);

#endif
