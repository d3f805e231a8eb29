/* 3_scene.h — what 3_corpses.c is given: the program, and a line of takers.
 *
 * ./3_corpses MAX STEP... makes a lender of at most MAX connections and plays
 * the steps. After each step the loop runs until nothing is left to do. A to Z
 * are borrowers:
 *
 *     take:A, give:A    wants a connection; gives it back
 *     kill:A            the connection that A has, or had last, is dead
 *     dirty:A           the same connection is in the middle of a transaction
 *     sleep:MS          so many milliseconds pass
 *     refuse, accept    from now on connects fail, or succeed
 *     nomemory, memory  from now on a connect cannot even begin, or it can
 *     slow              from now on connects and closes wait: "answer" or "fail"
 *                       ends the oldest connect, "gone" the oldest close
 *     count             prints how many connections there are
 *
 * Connections are opened, judged and closed by scripted_methods. What each of
 * these methods does is in connection_pool.h. The clock is server->now_ms.
 */
#ifndef SCENE_3_H
#define SCENE_3_H

#include "scripted.h"

#include <sys/queue.h>

enum { IDLE_MAX_MS = 60000 }; /* a connection idle for longer is not lent */

/* ---- What you can use: takers and the line in which they wait ---- */

struct slot; /* yours: a connection, with what you know of it */

/* A borrower that wants a connection. It belongs to the scene. */
struct taker {
    TAILQ_ENTRY(taker) link; /* while it is in a line */
    /* Receives the slot. error: NULL, or why there is no slot; then slot is
     * NULL. line_answer calls this, once for each taker. That may happen inside
     * lender_take and lender_give. */
    void (*taken)(struct slot *slot, const char *error, struct taker *taker);
};

struct line {
    TAILQ_HEAD(, taker) takers;
    int length;
};

/* Makes an empty line. */
void line_init(struct line *line);

/* Adds a taker at the end. */
void line_add(struct line *line, struct taker *taker);

/* Answers the first taker, which leaves the line. Returns true; returns false
 * if the line is empty. */
bool line_answer(struct line *line, struct slot *slot, const char *error);

/* ---- What the scene calls, and you write ---- */

struct lender; /* yours: the scene keeps a pointer to it and looks at nothing */

/* Makes a lender of at most max connections. Returns NULL without memory. The
 * scene frees the result with free() when all is over. */
struct lender *lender_new(struct scripted_server *server, int max);

/* A borrower wants a connection. */
void lender_take(struct lender *lender, struct taker *taker);

/* A borrower gives its connection back. */
void lender_give(struct lender *lender, struct slot *slot);

/* The end: whatever was lent is back. Closes the connections and frees all but
 * the lender itself. Takers that still wait are not answered. */
void lender_end(struct lender *lender);

/* The connection in a slot. */
struct scripted *slot_connection(const struct slot *slot);

#endif
