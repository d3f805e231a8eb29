/* 4_heartbeat — the loop lives on while a library works, hangs or dies.
 *
 * asyncio: wait_for(loop.run_in_executor(ProcessPoolExecutor(), …))
 * Run:     ./4_heartbeat 500 200 0 100@50 60000
 *                              500 ms of patience; four requests, the third
 *                              comes after 50 ms
 * Prints:  0: 40001, 1: failed, 3: gave up, as it comes; on stderr the longest
 *          gap of a 10 ms heartbeat
 * Given:   given/4_scene.h            main, library_call(), request_over()
 * Task:    README.md#4             Check: make practice EXERCISE=05-4
 */
#include "given/4_scene.h"
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Owns the base. */
struct service {
    struct event_base *base;
    struct timeval patience; /* how long a request waits */
    struct scene *scene;     /* not owned */
};

/* Owned by itself, from request_start to request_end. */
struct request {
    struct service *service;
    int number;
    uint64_t n; /* what the library is asked */
};

/* ---- Your part: here the loop makes the call itself. ---- */

/* Reports what has come of a request, and frees it. */
static void request_end(struct request *request, const char *what)
{
    request_over(request->service->scene, request->number, what);
    free(request);
}

int request_start(struct service *service, int number, uint64_t n)
{
    struct request *request = calloc(1, sizeof *request);
    char words[32];

    if (!request)
        return -1;
    *request = (struct request){.service = service, .number = number, .n = n};
    (void)snprintf(words, sizeof words, "%" PRIu64, library_call(request->n));
    request_end(request, words);
    return 0;
}

struct service *service_new(struct scene *scene, struct timeval patience)
{
    struct service *service = calloc(1, sizeof *service);

    if (!service)
        return NULL;
    *service = (struct service){.scene = scene, .patience = patience};
    service->base = event_base_new();
    if (!service->base) {
        service_free(service);
        return NULL;
    }
    return service;
}

struct event_base *service_base(struct service *service)
{
    return service->base;
}

void service_free(struct service *service)
{
    if (service->base)
        event_base_free(service->base);
    free(service);
}
