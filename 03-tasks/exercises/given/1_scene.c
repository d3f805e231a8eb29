/* 1_scene.c — main, and what books and gives back a part; 1_scene.h is the
 * manual. */
#include "1_scene.h"
#include "task_main.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 16 };

void book_run(struct task *me)
{
    struct part *part = ((struct errand *)me)->part;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, !strcmp(part->fate, "slow") ? 60 * TASK_SECOND
                                                         : 10 * TASK_MS));
    if (!strcmp(part->fate, "full"))
        TASK_FAIL(me, "all full");
    part->reservation = strdup(part->name);
    if (!part->reservation)
        TASK_FAIL(me, TASK_NO_MEMORY);
    printf("%s booked\n", part->name);
    TASK_END(me);
}

void give_back_run(struct task *me)
{
    struct part *part = ((struct errand *)me)->part;

    TASK_BEGIN(me);
    printf("%s: calling\n", part->name);
    AWAIT(me, task_sleep(me, strcmp(part->fate, "far") ? 10 * TASK_MS
                                                       : 600 * TASK_MS));
    free(part->reservation);
    part->reservation = NULL;
    if (!strcmp(part->fate, "lost"))
        TASK_FAIL(me, "they do not know us");
    printf("%s given back\n", part->name);
    TASK_END(me);
}

/* async def main() */
struct program {
    struct task task;
    long deadline; /* in ms, or 0 */
    struct part parts[PARTS];
    int count;
    struct task *trip; /* owned until it is done */
    bool booked;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    self->trip = trip_new(self->parts, self->count);
    if (!self->trip)
        TASK_FAIL(me, TASK_NO_MEMORY);
    task_create(me->loop, self->trip, trip_run, "trip");
    AWAIT_CATCH(me, error,
                self->deadline
                    ? task_wait_for(me, self->trip, self->deadline * TASK_MS)
                    : task_await(me, self->trip));
    printf("the trip: %s\n", error ? error : "booked");
    self->booked = !error;
    free(self->trip); /* everything that it has begun must have ended */
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    int first = argc > 2 && !strcmp(argv[1], "-d") ? 3 : 1, status;

    if (argc <= first || argc > first + PARTS) {
        fputs("usage: 1_trip [-d MS] PART[:full|:slow|:lost|:far]...\n",
              stderr);
        return 2;
    }
    if (first == 3)
        program.deadline = strtol(argv[2], NULL, 10);
    for (int i = first; i < argc; i++) {
        char *colon = strchr(argv[i], ':');

        program.parts[program.count].name = argv[i];
        program.parts[program.count++].fate = colon ? colon + 1 : "";
        if (colon)
            *colon = '\0';
    }
    status = task_main(&program.task, program_run);
    for (int i = 0; program.booked && i < program.count; i++)
        free(program.parts[i].reservation); /* used up: a fine trip */
    return status == 0 && program.booked ? 0 : 1;
}
