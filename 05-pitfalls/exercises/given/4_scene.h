/* 4_scene.h — what 4_heartbeat.c is given: the program around the service.
 *
 * The scene holds `main`. It makes your service, then the event base and the tasks:
 * one beats every 10 ms, and one for each request awaits your request_run, when its
 * time has come. After the last request it frees your service, and then the base.
 */
#ifndef SCENE_4_H
#define SCENE_4_H

#include "await.h"
#include <event2/event.h>
#include <stdint.h>

enum { REQUESTS = 32 }; /* at most; all may come at the same time */

/* ---- What you write in 4_heartbeat.c, and the scene calls ---- */

/* The service. Its fields are yours: define it in 4_heartbeat.c. */
struct service;

/* Makes the service. The scene calls this once, before anything else: there is no
 * event base yet. Returns the service; on failure frees what it has made and
 * returns NULL. */
struct service *service_new(void);

/* Lets the service use the event base; once, before the first request. Returns 0;
 * on failure returns -1. */
int service_attach(struct service *service, struct event_base *base);

/* Frees the service, and ends the processes that it has begun. The base is still
 * there, and no request is. */
void service_free(struct service *service);

/* Makes a request that asks the library for n and waits for `patience`
 * microseconds at most. Its struct is yours to define; a struct task must come
 * first in it. Returns that task; without memory returns NULL. When the task is
 * done, the scene frees what you return, with free(). */
struct task *request_new(struct service *service, uint64_t n, int64_t patience);

/* Runs a request; the scene calls task_create with it, and awaits it. Ends without
 * an error when there is an answer; with TASK_TIMED_OUT when the patience is over;
 * with any other error when the call has died. */
void request_run(struct task *me);

/* Returns the library's answer to a request that ended without an error. */
uint64_t request_answer(struct task *request);

/* ---- What you can call ---- */

/* The library, of which we have no source. The call blocks for n milliseconds
 * and then returns the answer; for a large n it does not come back in our
 * lifetime. For n = 0 it is so shocked that it ends the process. */
uint64_t library_call(uint64_t n);

#endif
