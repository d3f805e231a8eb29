/* crew — worker processes on an event loop, each in its place, replaced when
 * they die. What process_pool gives its jobs to.
 *
 *     struct crew *crew = crew_new(sum, 4);
 *     base = event_base_new();             after the fork, not before
 *     crew_attach(crew, base, on_answer, on_change, arg);
 *     int place = crew_give(crew, 1000000);
 *     void on_answer(int place, uint64_t result, bool died, void *arg) …
 *     crew_free(crew);
 *
 * A worker is a socket that one number goes into and one comes out of. Its death
 * is EOF there; then the fork_server is asked for another one.
 */
#ifndef CREW_H
#define CREW_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct crew;

/* The worker in a place has finished, or died over it: then no result. */
typedef void (*crew_answered)(int place, uint64_t result, bool died, void *arg);

/* A new worker is there to give to; or (hopeless) there is none at all, and
 * forking one has failed. The next crew_give tries that again. */
typedef void (*crew_changed)(bool hopeless, void *arg);

/* Forks the fork_server and the workers (>= 1), before there is an event base or
 * a thread. NULL without resources; errno says which. */
struct crew *crew_new(uint64_t (*function)(uint64_t), int places);

/* Lets the crew use a loop, which it keeps from ending. Once. 0, or -1. */
int crew_attach(struct crew *crew, struct event_base *base,
                crew_answered answered, crew_changed changed, void *arg);

/* Gives a number to somebody idle. Returns the place, or -1: nobody is. */
int crew_give(struct crew *crew, uint64_t argument);

/* Stops the worker in a place in the midst of its work; there is no answer. */
void crew_stop(struct crew *crew, int place);

/* Whether all are dead, and the fork_server, too: there is no help any more. */
bool crew_gone(const struct crew *crew);

/* Keeps the loop no longer from ending: nobody is expected to do anything. */
void crew_rest(struct crew *crew);

/* Ends all, whatever they do, and waits for it: no zombies. Not from an
 * answer; before event_base_free. */
void crew_free(struct crew *crew);

#endif
