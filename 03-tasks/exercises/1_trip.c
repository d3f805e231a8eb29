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
 * Task:    README.md#1             Check: make practice EXERCISE=03-1
 */
#include "given/1_scene.h"
#include <stdlib.h>

/* ---- Your part: the trip. This one books nothing. ---- */

/* async def trip(parts). What it begins lives here, too. */
struct trip {
    struct task task;
    struct part *parts; /* not owned */
    int count;
    /* and what is yours */
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

/* Books the parts. If that fails, or is cancelled, gives back what is booked. */
void trip_run(struct task *me)
{
    struct trip *self = (struct trip *)me;

    TASK_BEGIN(me);
    (void)self;
    TASK_END(me);
}
