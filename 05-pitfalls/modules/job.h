/* job — what a thread_pool or a process_pool is to run, and who hears of it.
 *
 *     struct job job = {.function = sum, .argument = &number,
 *                       .size = sizeof number, .done = on_done, .arg = owner};
 *     if (thread_pool_submit(pool, &job) < 0) …errno…
 *     static void on_done(const char *error, void *arg) …number holds the sum…
 *
 * A job is memory of the caller's: the struct, and the argument it points to.
 * Both belong to the pool from a successful submit until `done`. `done` comes
 * exactly once for each of these jobs, whatever happens: the job has ended, was
 * cancelled, its worker died, the pool was stopped or freed. From then on nothing
 * touches either of them; `done` itself may free them or submit them again.
 *
 * libuv: uv_work_t, which has the same owner and the same promise.
 */
#ifndef JOB_H
#define JOB_H

#include <stddef.h>
#include <sys/queue.h>

extern const char JOB_CANCELLED[];  /* by …_pool_cancel; it is incomplete */
extern const char JOB_STOPPED[];    /* the pool was, before the job began */
extern const char JOB_DIED[];       /* its worker process did */
extern const char JOB_NO_WORKER[];  /* no process could be started for it */
extern const char JOB_BROKEN[];     /* nor ever will: BrokenProcessPool */
extern const char JOB_NOT_SENT[];   /* no memory to send it to a process */
extern const char JOB_WRONG_SIZE[]; /* no bytes, or more than the pool allows */

struct job {
    /* To be set before the submit. The function works in place: it finds its
     * input in the argument and leaves its output there. */
    void (*function)(void *argument);
    void *argument;
    size_t size; /* of the argument, in bytes; only processes need it */
    void (*done)(const char *error, void *arg); /* NULL: it was computed */
    void *arg;
    /* The pool's. */
    TAILQ_ENTRY(job) next;
    const char *error;
    enum { JOB_WAITS, JOB_RUNS, JOB_IS_OVER } state;
    int slot; /* of the worker process that runs it */
};

TAILQ_HEAD(job_list, job);

/* --- For the pools ------------------------------------------------------- */

enum job_step { JOB_GIVEN, JOB_BEGUN, JOB_DONE, JOB_TOLD };

/* scripts/see finds this in a program's memory by its magic words, and sets `call`
 * before main. */
struct job_hook {
    _Alignas(8) char magic[16];
    void (*call)(const struct job *job, enum job_step step);
};
#define JOB_HOOK_MAGIC "job.h steps 1"
extern struct job_hook job_hook;

/* Says what happens to a job, in the thread in which it does. */
static inline void job_step(const struct job *job, enum job_step step)
{
    if (job_hook.call)
        job_hook.call(job, step);
}

#endif
