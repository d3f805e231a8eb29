/* 4_scene.h — what 4_ctrl_c.c is given: the program around the worker.
 *
 * The scene holds `main`. It reads JOBS and MS, makes an event base and your
 * worker, and runs the loop until nothing is pending any more. Then it prints
 * "2 of 5 done", frees the worker and the base, and exits with the status that
 * your worker has set. It knows nothing of signals. Its stdout is written out
 * after each line.
 */
#ifndef SCENE_4_H
#define SCENE_4_H

struct event_base;

/* The work to do, and what has come of it. The scene owns it, and it outlives
 * the worker. */
struct work {
    long jobs, ms; /* the number of jobs, and the milliseconds of each */
    long done;     /* your code counts the jobs that are done, from 0 */
    int status;    /* to exit with; your code sets it, it is 0 at first */
};

/* ---- What you write in 4_ctrl_c.c, and the scene calls ---- */

/* The worker. Its fields are yours: define it in 4_ctrl_c.c. */
struct worker;

/* Makes a worker and begins the first job. The scene calls this once, before
 * the loop runs. Returns the worker; on failure frees what it has made and
 * returns NULL. */
struct worker *worker_new(struct event_base *base, struct work *work);

/* Frees the worker, its events, and a job that is in hand. The scene calls this
 * once, after the loop has ended and before it frees the base. */
void worker_free(struct worker *worker);

#endif
