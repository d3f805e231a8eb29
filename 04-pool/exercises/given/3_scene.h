/* 3_scene.h — what 3_corpses.c is given: the program, and connections.
 *
 * MAX STEP... makes a lender of at most MAX connections and plays the steps. After
 * each, all that can happen at once happens. A to Z are borrowers:
 *
 *     take:A, give:A    wants a connection; gives it back
 *     cancel:A          does not want it any more: task_cancel
 *     kill:A            the connection that A has, or had last, is dead
 *     dirty:A           the same connection is in the middle of a transaction
 *     sleep:MS          so many milliseconds pass, on the clock now_ms
 *     refuse, accept    from now on connects fail, or succeed
 *     refuse:N          the next N connects fail; exhaust:N: they lack memory
 *     slow              from now on connects and closes wait: "answer" or "fail"
 *                       ends the oldest connect, "gone" the oldest close
 *     pass:N, pass      from now on the loop makes N passes after a step (0: the next
 *                       step is done in the same breath), or as many as are needed
 *     count             prints how many connections there are
 */
#ifndef SCENE_3_H
#define SCENE_3_H

#include "await.h"

enum { MOST = 16 };           /* MAX is not more than this */
enum { IDLE_MAX_MS = 60000 }; /* a connection idle for longer is not lent */

struct lender;     /* yours */
struct connection; /* the scene's */

/* What a visit to the lender begins with: one connection is taken, or given. */
struct visit {
    struct task task;
    struct lender *lender;         /* not owned */
    struct connection *connection; /* of take_run the result, or NULL */
};

/* ---- What you write in 3_corpses.c, and the scene calls ---- */

/* The sizes of your structs; a struct visit must come first in that of a visit.
 * The scene makes them, all zeros but for what is above, and frees them. */
extern const size_t lender_size, visit_size;

/* Begins a lender of at most `max` connections. There is none at first. */
void lender_init(struct lender *lender, int max);

/* await lender.take(): sets visit->connection, or fails. It may be cancelled. */
void take_run(struct task *me);

/* await lender.give(connection). It is not cancelled. */
void give_run(struct task *me);

/* ---- What you can call ---- */

/* await: opens a connection and writes it to *connection, which must stay until
 * then. Fails if the server refuses, or with TASK_NO_MEMORY. After an error
 * *connection is as it was, and the connection is gone, even if this was
 * interrupted. */
TASK_AWAITABLE bool connection_open(struct task *me,
                                    struct connection **connection);

/* await: closes a connection that is open, until it is gone. Interrupted, it ends
 * no sooner. */
TASK_AWAITABLE bool connection_close(struct task *me,
                                     struct connection *connection);

/* Both for a connection that is open. Is it alive: may it be lent? Is it clean, in
 * no transaction: may it be kept? */
bool connection_is_alive(const struct connection *connection);
bool connection_is_clean(const struct connection *connection);

/* A clock, in milliseconds. */
int64_t now_ms(void);

#endif
