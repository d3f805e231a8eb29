/* steps — the program around a scene that is played step by step.
 *
 *     static const struct steps steps = {.program = "1_lease", .least = 1,
 *                                        .server = &server, …};
 *     int main(int argc, char **argv)
 *         return steps_main(&steps, argc, argv);
 *
 * The exercises 1 to 3 share it. Their programs are called with MAX STEP...,
 * where a step is VERB or VERB:VALUE. The steps "refuse" and "accept" are
 * handled here; every other step is the scene's.
 */
#ifndef STEPS_H
#define STEPS_H

#include "scripted.h"

struct steps {
    const char *program; /* its name, for messages */
    int least;           /* MAX must be at least this */
    struct scripted_server *server;
    /* Sets the scene up. Returns 0; on failure returns -1. `end` is called in
     * both cases. server->base is set by then. */
    int (*begin)(int max);
    /* Does one step; value is NULL for a step without one. Returns 0; returns
     * -1 if there is no such step. */
    int (*step)(const char *verb, const char *value);
    /* Called after each step: runs the loop until nothing is left to do.
     * Returns 0; on failure returns -1. */
    int (*settle)(void);
    /* Frees everything but the server's connections, which steps_main frees. */
    void (*end)(void);
};

/* Reads the arguments and plays the scene. Returns main's exit status: 0, 1
 * after a failure or an unknown step, 2 after wrong usage. */
int steps_main(const struct steps *steps, int argc, char **argv);

#endif
