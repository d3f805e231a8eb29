/* readiness — await that a descriptor can be read or written.
 *
 *     readiness_init(&self->readable, me->loop, fd, EV_READ);   or -1
 *     for (;;) {
 *         n = read(fd, self->bytes, sizeof self->bytes);        non-blocking
 *         if (n >= 0 || errno != EAGAIN)
 *             break;
 *         AWAIT(me, readiness_wait(me, &self->readable));
 *     }
 *     readiness_free(&self->readable);                      before close(fd)
 *
 * Always try first and wait only on EAGAIN; and when a wait with a deadline
 * (task_within) has timed out, try once more: both may have come in one pass, and
 * the first to be looked at wins. In asyncio this is below the surface:
 * loop.add_reader and a future. Add readiness.c to what await.h compiles.
 */
#ifndef READINESS_H
#define READINESS_H

#include "await.h"

/* Owns its event, not the descriptor. */
struct readiness {
    struct task_wait wait;
    struct event *event;
};

/* what: EV_READ or EV_WRITE; one of these for each. Returns 0, or -1 without
 * memory; readiness_free does no harm then. */
int readiness_init(struct readiness *readiness, struct task_loop *loop,
                   evutil_socket_t fd, short what);

/* Until it is ready. One task at a time (else TASK_AWAITED_TWICE);
 * TASK_CANNOT_WATCH if the loop cannot watch it (a regular file, say). */
TASK_AWAITABLE bool readiness_wait(struct task *me,
                                   struct readiness *readiness);

/* Not while a task waits for it. Does nothing to a struct of zeros, or twice. */
void readiness_free(struct readiness *readiness);

extern const char TASK_CANNOT_WATCH[];

#endif
