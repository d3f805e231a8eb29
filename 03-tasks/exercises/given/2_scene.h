/* 2_scene.h — what 2_mirrors.c is given: the program, and the task that asks one
 * mirror.
 *
 * The scene holds `main`. It reads the mirrors and the deadline, makes your race
 * and awaits it, with task_wait_for if there is a deadline. Then it prints the
 * answer or the error, and frees the answer and the race at once.
 */
#ifndef SCENE_2_H
#define SCENE_2_H

#include "await.h"

enum { MIRRORS = 16 }; /* the most that are asked */

/* ---- What you write in 2_mirrors.c, and the scene calls ---- */

/* Makes a race of `count` mirrors, 1 to MIRRORS. The race does not own them; they
 * outlive it. Its struct is yours to define; a struct task must come first in it.
 * Returns that task; on failure returns NULL. When the task is done, the scene
 * frees what you return, with free(). */
struct task *race_new(char **mirrors, int count);

/* Runs the race; the scene calls task_create with it.
 * Asks all mirrors at once, and ends with the first good answer, or with the error
 * of the mirror that failed last. It may be cancelled. Whatever happens, when it
 * ends, everything that it has begun has ended, and nothing is left of it but the
 * answer. */
void race_run(struct task *me);

/* Returns the answer of a race that has ended, or NULL. The scene calls this once,
 * owns the answer from then on, and frees it with free(). */
char *race_answer(struct task *race);

/* ---- What you can call ---- */

/* async def fetch(mirror). Set the number and the mirror, leave `answer` NULL, call
 * task_create with fetch_run, and await the task. The struct must stay until the
 * task is done. */
struct fetch {
    struct task task;
    int number;         /* is printed: the first mirror is 1 */
    const char *mirror; /* not owned: "20:green" or "20/gone" */
    char *answer;       /* yours to free when the task is done; or NULL */
};

/* Asks the mirror: prints "… asked", and after its time has the answer or fails.
 * Then it closes, even if it failed or was cancelled: that takes 40 ms, and prints
 * "… closed". A cancellation that comes while it closes shortens that:
 *   - if it is the first one, the outcome stays, and a fetch with an answer ends
 *     without an error;
 *   - if it is the second one, the fetch is cut off, and prints "… cut off". */
void fetch_run(struct task *me);

#endif
