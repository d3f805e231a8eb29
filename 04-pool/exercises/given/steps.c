#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int do_step(const struct steps *steps, const char *verb,
                   const char *value)
{
    if (strcmp(verb, "refuse") != 0 && strcmp(verb, "accept") != 0)
        return steps->step(verb, value);
    steps->server->refuses = verb[0] == 'r' ? "refused" : NULL;
    return 0;
}

/* Plays the steps. Returns 0; after an unknown step or a failure returns -1. */
static int play(const struct steps *steps, char **arguments)
{
    for (; *arguments; arguments++) {
        char *value = strchr(*arguments, ':');

        if (value)
            *value++ = '\0';
        if (do_step(steps, *arguments, value) < 0) {
            fprintf(stderr, "%s: no such step: %s\n", steps->program,
                    *arguments);
            return -1;
        }
        if (steps->settle() < 0)
            return -1;
    }
    return 0;
}

int steps_main(const struct steps *steps, int argc, char **argv)
{
    const int max = argc < 2 ? 0 : (int)strtol(argv[1], NULL, 10);
    struct event_base *base;
    int status = 1;

    if (max < steps->least) {
        fprintf(stderr, "usage: %s MAX STEP...\n", steps->program);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (!base)
        return 1;
    steps->server->base = base;
    if (steps->begin(max) == 0 && play(steps, argv + 2) == 0)
        status = 0;
    steps->end();
    scripted_free(steps->server);
    event_base_free(base);
    libevent_global_shutdown();
    return status;
}
