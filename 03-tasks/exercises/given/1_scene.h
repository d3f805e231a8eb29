/* 1_scene.h — what 1_trip.c is given: the program, and the tasks for one part.
 *
 * The scene holds `main`. It reads the parts of the trip and the deadline, makes
 * your trip and awaits it, with task_wait_for if there is a deadline. Then it
 * prints how the trip ended, and frees it at once.
 */
#ifndef SCENE_1_H
#define SCENE_1_H

#include "await.h"

/* A part of the trip: a flight, a hotel, a car. The scene owns it, and it
 * outlives the trip. */
struct part {
    char *name;        /* not owned */
    const char *fate;  /* "full", "slow", "lost", "far", or "" */
    char *reservation; /* owned by the part; NULL unless it is booked */
};

/* ---- What you write in 1_trip.c, and the scene calls ---- */

/* Makes a trip of `count` parts, at least 1, which must be booked in this order.
 * The trip does not own them. Its struct is yours to define; a struct task must
 * come first in it. Returns that task; on failure returns NULL. When the task is
 * done, the scene frees what you return, with free(): by then everything that the
 * trip has begun must have ended. */
struct task *trip_new(struct part *parts, int count);

/* Runs the trip; the scene calls task_create with it.
 * Books the parts, each when the one before is booked. If one cannot be booked,
 * or if the trip is cancelled, it gives back the parts that are booked: the last
 * one first, each when the one before is given back. Then it ends with its first
 * error. */
void trip_run(struct task *me);

/* ---- What you can call ---- */

/* A task that does one thing with one part. Set `part`, call task_create with one
 * of the two functions below, and await the task. Both the errand and the part
 * must stay until the task is done. Then the errand can be used again. */
struct errand {
    struct task task;
    struct part *part; /* not owned */
};

/* async def book(part): takes 10 ms, or a minute if the part is "slow". Sets
 * part->reservation and prints "… booked"; fails with "all full" if the part is
 * "full". A part whose booking has failed or was cancelled is not booked. */
void book_run(struct task *me);

/* async def give_back(part): prints "…: calling", and after 10 ms, or 600 ms if the
 * part is "far", frees part->reservation and prints "… given back". If the part is
 * "lost", fails instead of printing that. If cancelled, the part is still booked. */
void give_back_run(struct task *me);

#endif
