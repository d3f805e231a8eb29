/* workers — worker processes on an event loop, each in its slot, replaced when
 * they die. What process_pool gives its jobs to.
 *
 *     struct workers *workers = workers_new(4, 4096);
 *     base = event_base_new();             after the fork, not before
 *     workers_attach(workers, base, &calls, arg);
 *     int slot = workers_send(workers, sum, &number, sizeof number);
 *     … calls.answered(slot, died, arg): `number` holds the sum …
 *     workers_free(workers);
 *
 * A worker is a socket that keeps the borders of messages (SOCK_SEQPACKET). A
 * message to it is the address of a function and the bytes to run it on; the
 * answer is these bytes, as the function left them. The address is right in the
 * worker because it was forked from this very program. A message arrives as a
 * whole or not at all, and each socket holds one at most: so there is no partial
 * write and nothing to wait for. A worker's death is EOF on its socket; then the
 * fork_server is asked for another one.
 */
#ifndef WORKERS_H
#define WORKERS_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

struct workers;

struct workers_calls {
    /* The worker in a slot has answered, or died before it could: then the
     * bytes that were sent are in no particular state. */
    void (*answered)(int slot, bool died, void *arg);
    /* A new worker is idle. */
    void (*ready)(void *arg);
    /* No worker is alive, and forking one has failed, or the fork_server is
     * dead. In the first case the next workers_send tries again. */
    void (*no_workers)(void *arg);
};

/* Forks the fork_server and the workers (>= 1), before there is an event base or
 * a thread. `largest`: how many bytes a message may have. Returns NULL on failure
 * and errno: EMSGSIZE if a socket takes no such messages, or what is lacking. */
struct workers *workers_new(int slots, size_t largest);

/* Lets the workers use a loop, which they keep from ending. Once. Returns 0; on
 * failure -1. */
int workers_attach(struct workers *workers, struct event_base *base,
                   const struct workers_calls *calls, void *arg);

/* Has an idle worker run the function on a copy of these bytes. They must stay
 * where they are until the answer, which overwrites them, or workers_kill.
 * Returns the slot; or -1 and errno: EAGAIN if no worker is idle, ECHILD if there
 * will never be one again, ENOBUFS if the kernel has no memory for the message. */
int workers_send(struct workers *workers, void (*function)(void *argument),
                 void *bytes, size_t size);

/* Stops the worker in a slot in the middle of its work; there is no answer. */
void workers_kill(struct workers *workers, int slot);

/* Whether all are dead, and the fork_server, too. */
bool workers_are_dead(const struct workers *workers);

/* Lets the loop end: no worker is expected to do anything any more. */
void workers_release_loop(struct workers *workers);

/* Ends all, whatever they do, and waits for them: no zombies. Not from one of
 * the calls; before event_base_free. */
void workers_free(struct workers *workers);

#endif
