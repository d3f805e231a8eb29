/* 4_scene.h — what 4_heartbeat.c is given: the program around the service.
 *
 * The scene holds `main`. It reads PATIENCE and the requests, makes your
 * service, and runs its loop: a heartbeat ticks there every 10 ms, and each
 * request comes at its time. After the last request is over the loop ends; the
 * scene then frees its own events and after them your service.
 */
#ifndef SCENE_4_H
#define SCENE_4_H

#include <stdint.h>
#include <sys/time.h>

struct event_base;
struct scene; /* owned by main; outlives the service */

enum { REQUESTS = 32 }; /* at most; all may come at the same time */

/* ---- What you write in 4_heartbeat.c, and the scene calls ---- */

/* The service. Its fields are yours: define it in 4_heartbeat.c. */
struct service;

/* Makes a service with a base of its own, for requests that wait for
 * `patience`. The scene calls this once, before anything else. Returns the
 * service; on failure frees what it has made and returns NULL. */
struct service *service_new(struct scene *scene, struct timeval patience);

/* Returns the base that the scene runs. The service keeps it. */
struct event_base *service_base(struct service *service);

/* Frees the service and its base, and ends the processes that it has begun. */
void service_free(struct service *service);

/* A request has come: `n` is what the library is asked. Call request_over() for
 * `number` once, now or later. Returns 0; without memory returns -1, and then
 * do not call request_over(). */
int request_start(struct service *service, int number, uint64_t n);

/* ---- What you can call ---- */

/* The library, of which we have no source. The call blocks for n milliseconds
 * and then returns the answer; for a large n it does not come back in our
 * lifetime. For n = 0 it is so shocked that it ends the process. */
uint64_t library_call(uint64_t n);

/* Prints what has come of a request: "40001", "failed" or "gave up". After the
 * last request it ends the loop. */
void request_over(struct scene *scene, int number, const char *what);

#endif
