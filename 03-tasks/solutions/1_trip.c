/* 1_trip — all or nothing: what is booked is given back when the rest fails.
 *
 * asyncio: await, try … finally; contextlib.AsyncExitStack
 * Run:     ./1_trip flight hotel car         three bookings, one by one
 *          ./1_trip flight hotel:full car    the hotel cannot be had
 *          ./1_trip flight hotel:lost car:full
 *                                            what cannot be given back, either
 *          ./1_trip -d 300 flight hotel:slow in 300 ms, or not at all
 *          ./1_trip -d 300 hotel:far car:full
 *                                            time is up while it is given back
 *
 * A number says how many are booked. On each way out but the good one, and being
 * cancelled is one of them, TASK_FINALLY counts it down. A cancellation that comes
 * while something is being given back ends that errand (in asyncio, too, unless
 * it is under `shield`), so the errand is sent once more.
 */
#include "await.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A part of the trip; lives in main's task. */
struct part {
    char *name;        /* not owned */
    const char *fate;  /* "full", "slow", "lost", "far", or "" */
    char *reservation; /* owned, while it is booked */
};

/* async def book(part), and async def give_back(part) */
struct errand {
    struct task task;
    struct part *part;
};

static void book_run(struct task *me)
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

static void give_back_run(struct task *me)
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

/* async def trip(parts): owns its errands, one at a time. */
struct trip {
    struct task task;
    struct part *parts; /* not owned */
    int count;
    int booked; /* the first so many of them */
    struct errand errand;
};

/* Begins an errand; it is to be awaited before the next one. */
static void trip_send(struct trip *trip, struct part *part,
                      void (*run)(struct task *me))
{
    trip->errand.part = part;
    task_create(trip->task.loop, &trip->errand.task, run, "errand");
}

/* Books the parts, each when the one before is booked. If that fails, or is
 * cancelled, it gives back what is booked, the last one first, each when the one
 * before is given back, and ends with the error that it was. */
static void trip_run(struct task *me)
{
    struct trip *self = (struct trip *)me;
    const char *error;

    TASK_BEGIN(me);
    while (self->booked < self->count) {
        trip_send(self, &self->parts[self->booked], book_run);
        AWAIT(me, task_await(me, &self->errand.task));
        self->booked++;
    }

    TASK_FINALLY(me);
    while (me->error && self->booked > 0) {
        trip_send(self, &self->parts[self->booked - 1], give_back_run);
        AWAIT_CATCH(me, error, task_await(me, &self->errand.task));
        if (error == TASK_CANCELLED)
            continue;
        if (error) /* the others can still be */
            fprintf(stderr, "%s lost: %s\n", self->errand.part->name, error);
        self->booked--;
    }
    TASK_END(me);
}

/* ---- The scene: nothing is to be changed from here on. ---- */

enum { PARTS = 16 };

/* async def main() */
struct program {
    struct task task;
    long deadline; /* in ms, or 0 */
    struct part parts[PARTS];
    int count;
    struct trip *trip; /* owned until it is done */
    bool booked;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    self->trip = calloc(1, sizeof *self->trip);
    if (!self->trip)
        TASK_FAIL(me, TASK_NO_MEMORY);
    self->trip->parts = self->parts;
    self->trip->count = self->count;
    task_create(me->loop, &self->trip->task, trip_run, "trip");
    AWAIT_CATCH(me, error,
                self->deadline ? task_wait_for(me, &self->trip->task,
                                               self->deadline * TASK_MS)
                               : task_await(me, &self->trip->task));
    printf("the trip: %s\n", error ? error : "booked");
    self->booked = !error;
    free(self->trip); /* whatever it has begun must be over */
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct program program = {0};
    struct task_loop loop = {0};
    struct event_base *base;
    int first = argc > 2 && !strcmp(argv[1], "-d") ? 3 : 1, status = 1;

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
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    if (!base || task_loop_init(&loop, base) < 0) {
        fputs("1_trip: cannot make an event loop\n", stderr);
        goto cleanup;
    }
    task_create(&loop, &program.task, program_run, "main");
    if (task_run(&loop, &program.task) == 0 && program.booked)
        status = 0;
    for (int i = 0; program.booked && i < program.count; i++)
        free(program.parts[i].reservation); /* used up: a fine trip */

cleanup:
    task_loop_free(&loop);
    if (base)
        event_base_free(base);
    libevent_global_shutdown();
    return status;
}
