/* 2_scene.h — what 2_batch.c is given: the jobs, and `main`.
 *
 * The scene reads SLOTS and the jobs, makes your batch, starts it, and runs the
 * loop until it is empty or your code stops it. Then it ends the batch. On
 * stderr it reports how many jobs ran at once, and the order in which they
 * ended.
 */
#ifndef SCENE_2_H
#define SCENE_2_H

struct event_base;
struct machine; /* what the jobs run on: the scene's; outlives the batch */

/* Jobs have the numbers 0 to JOBS - 1, at most. */
enum { JOBS = 64 };

/* ---- What you write in 2_batch.c, and the scene calls ---- */

/* The batch. Its fields are yours: define it in 2_batch.c. */
struct batch;

/* Makes a batch of `count` jobs, which runs `slots` of them at once. Returns
 * the batch; on failure frees what it has made and returns NULL. */
struct batch *batch_new(struct event_base *base, struct machine *machine,
                        int count, int slots);

/* Begins the first jobs. Returns 0; on failure returns -1, and then the loop
 * does not run. */
int batch_start(struct batch *batch);

/* The loop has ended: prints what has become of each job, in order, and how
 * many are done. Frees the batch. Returns the status to exit with. */
int batch_end(struct batch *batch);

/* ---- What you can call ---- */

/* How a job ended. `error` is NULL, or the reason in place of a result; it is
 * gone when the callback returns. */
typedef void (*job_callback)(long result, const char *error, void *arg);

/* Begins the job of that number. Returns NULL, and then the callback comes
 * once, from the loop. If the job cannot begin, returns the reason, a string
 * constant, and then no callback comes. */
const char *job_begin(struct machine *machine, int number,
                      job_callback callback, void *arg);

#endif
