/* 1_scene.h — what 1_lease.c is given: the program, and a database.
 *
 * ./1_lease MAX STEP... makes a pool of at most MAX connections and plays the
 * steps. After each step the loop runs until nothing is left to do. A to Z are
 * jobs:
 *
 *     start:A          a job begins: it borrows a connection and asks
 *     more:A, last:A   its question is answered: there is more, or there is not
 *     error:A          its question fails
 *     cancel:A         the job is not wanted any more
 *     busy, ready      from now on the server refuses questions, or takes them
 *     refuse, accept   from now on connects fail, or succeed
 *     close            the pool closes: it lends nothing any more
 *     sleep:MS         so many milliseconds pass
 *     count            prints the pool's counts
 *
 * The pool is the lesson's; its manual is connection_pool.h.
 */
#ifndef SCENE_1_H
#define SCENE_1_H

#include "scripted.h"

/* ---- What you can call ---- */

/* Receives the answer to a question. error: NULL, or why the question failed;
 * it is valid during the call. more: the job has to ask again. */
typedef void (*answered_fn)(bool more, const char *error, void *arg);

/* Asks what this job wants to know. A connection takes one question at a time.
 * Returns 0, and `answered` is called once, later. Returns -1 if the server is
 * busy; then `answered` is not called. */
int ask(void *connection, char job, answered_fn answered, void *arg);

/* Takes back the question on this connection, if there is one: `answered` is
 * not called any more. The server's answer is still on its way. That makes the
 * connection unfit for every other job. */
void ask_no_more(void *connection);

/* Your call of pool_release passes through the scene, which watches it. */
int scene_release(struct pool *pool, struct lease lease);
#define pool_release scene_release

/* ---- What the scene calls, and you write ---- */

struct job; /* yours: the scene keeps a pointer to it and looks at nothing */

/* Reports how a job ended. error: NULL, or why the job failed. */
typedef void (*job_ended)(char name, int answers, const char *error, void *arg);

/* Begins a job. It borrows a connection, asks, and asks again as long as there
 * is more. `ended` is called once, later, unless the job is cancelled. By then
 * the connection is back in the pool. After `ended` the scene does not use the
 * job any more. Returns NULL if the job cannot begin; then `ended` is not
 * called. */
struct job *job_start(struct pool *pool, char name, job_ended ended, void *arg);

/* Ends a job, wherever it is, and frees it. The job holds nothing any more,
 * and `ended` is not called. */
void job_cancel(struct job *job);

#endif
