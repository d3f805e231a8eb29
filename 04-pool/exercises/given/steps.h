/* steps — the program around the exercises 1 to 3: main, and the steps.
 *
 *     static const struct steps steps = {.program = "1_lease", .least = 1, …};
 *     int main(int argc, char **argv)
 *         return steps_main(&steps, argc, argv);
 *
 * The programs are called with MAX STEP..., where a step is VERB, VERB:VALUE, or
 * VERB:WHO or VERB:WHO:MS for players, whose names are A to Z. A player is a task
 * that the scene creates with stage_enter. These steps are played here:
 *
 *     sleep:MS         so many milliseconds pass
 *     cancel:ABC       task_cancel for each of these players
 *     refuse, accept   from now on connects fail, or succeed
 *     refuse:N         the next N connects fail
 *     exhaust:N        for the next N connects there is no memory
 *     close            closes the pool
 *     pass:N           from now on the loop makes N passes after a step: with 0, the
 *                      next step is done in the same breath
 *     pass             from now on it makes as many as are needed, as at first
 *
 * All others are the scene's. After each step the loop does what can be done at
 * once.
 */
#ifndef STEPS_H
#define STEPS_H

#include "group.h"
#include "pool_task.h"
#include "scripted.h"

/* What a scene is made of. */
struct steps {
    const char *program; /* its name, for messages */
    int least;           /* MAX must be at least this */
    int leases_each; /* that a player can have at one time. 0: what a player has
                      * left behind when it ends is not looked at */
    int64_t *clock;  /* that "sleep" moves; NULL: the real one */
    /* Does one step. who: a player, or 0 in a step without one; value: what
     * follows, or NULL. Returns 0; returns -1 if there is no such step. */
    int (*step)(const char *verb, char who, const char *value);
    /* A player's task is done; it is freed when this returns. Not called any
     * more when all steps were played. */
    void (*ended)(char who, struct task *task);
    /* All steps were played, and the players are about to be cancelled; or
     * NULL. */
    void (*finish)(void);
    void (*cleared)(void); /* No player is left; or NULL. */
};

/* What all scenes share. There is one, cleared when the program begins. */
struct stage {
    struct task task; /* plays the steps */
    const struct steps *steps;
    char **next; /* steps to come; ends with a NULL */
    int max, passes, passes_each;
    int refusals, exhausted; /* connects that are to fail */
    struct scripted_server server;
    struct pool_methods methods; /* the server's, and those failures */
    struct pool_handle pool;     /* at most max of the server's connections */
    struct group group;          /* of the players */
    struct task *players[26];    /* owned */
    bool over;
};
extern struct stage stage;

/* The task, in memory of malloc, becomes that player's, and runs. NULL: there is
 * no memory. A player that is on stage keeps its place: the step is ignored. */
void stage_enter(char who, struct task *task, void (*run)(struct task *me));

/* What the next connect is to fail with, as the steps want it: "refused",
 * TASK_NO_MEMORY, or NULL for not at all. Counts it. */
const char *stage_next_connect(void);

/* Reads the arguments and plays the steps. Returns main's exit status: 0, 1
 * after a failure or an unknown step, 2 after wrong usage. */
int steps_main(const struct steps *steps, int argc, char **argv);

#endif
