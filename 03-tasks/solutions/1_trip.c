/* 1_trip — all or nothing: what is booked is given back when the rest fails.
 *
 * asyncio: await, try … finally; contextlib.AsyncExitStack
 * Run:     make try EXERCISE=03-1 ARGS='flight hotel car'
 *                                  three bookings, one by one
 *          make try EXERCISE=03-1 ARGS='flight hotel:full car'
 *                                  the hotel cannot be had
 *          make try EXERCISE=03-1 ARGS='flight hotel:lost car:full'
 *                                  what cannot be given back, either
 *          make try EXERCISE=03-1 ARGS='-d 300 flight hotel:slow'
 *                                  in 300 ms, or not at all
 *          make try EXERCISE=03-1 ARGS='-d 300 hotel:far car:full'
 *                                  time is up while it is given back
 * Given:   given/1_scene.h         main, book_run, give_back_run
 *
 * A number says how many are booked. On each way out but the good one, and being
 * cancelled is one of them, TASK_FINALLY counts it down. A cancellation that comes
 * while something is being given back ends that errand (in asyncio, too, unless
 * it is under `shield`), so the errand is sent once more.
 */
#include "given/1_scene.h"
#include <stdio.h>
#include <stdlib.h>

/* async def trip(parts): owns its errands, one at a time. */
struct trip {
    struct task task;
    struct part *parts; /* not owned */
    int count;
    int booked; /* the first so many of them */
    struct errand errand;
};

struct task *trip_new(struct part *parts, int count)
{
    struct trip *trip = calloc(1, sizeof *trip);

    if (!trip)
        return NULL;
    trip->parts = parts;
    trip->count = count;
    return &trip->task;
}

/* Begins an errand; it is to be awaited before the next one. */
static void trip_send(struct trip *trip, struct part *part,
                      void (*run)(struct task *me))
{
    trip->errand.part = part;
    task_create(trip->task.loop, &trip->errand.task, run, "errand");
}

/* Books the parts. If that fails, or is cancelled, gives back what is booked. */
void trip_run(struct task *me)
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
