/* 4_heartbeat — the loop lives on while a library works, hangs or dies.
 *
 * asyncio: wait_for(loop.run_in_executor(ProcessPoolExecutor(), …))
 * Run:     ./4_heartbeat 500 200 0 100@50 60000
 *                              500 ms of patience; four requests, the third
 *                              comes after 50 ms
 * Prints:  0: 40001, 1: failed, 3: gave up, as it comes; on stderr the longest
 *          gap of a 10 ms heartbeat
 *
 * Threads would keep the heart beating, but a hung thread cannot be stopped,
 * and exit() ends them all. For this reason each call is a job for worker
 * processes. A request that gives up cancels its job, and lives until the pool has
 * given it back.
 */
#include "given/4_scene.h"
#include "process_pool.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 2 };

/* Owns the pool and the base. */
struct service {
    struct event_base *base;
    struct process_pool *pool;
    struct timeval patience; /* how long a request waits */
    struct scene *scene;     /* not owned */
};

/* Owned by itself, from request_start to request_end, or to on_done. */
struct request {
    struct service *service;
    int number;
    uint64_t n; /* what the library is asked; the job replaces it */
    struct job job;
    bool in_pool;           /* the job is: on_done is to come */
    struct event *deadline; /* owned; NULL when the request is over */
};

/* The job. */
static void call_library(void *n)
{
    *(uint64_t *)n = library_call(*(uint64_t *)n);
}

/* Reports what has come of a request. Frees it; or cancels its job, and on_done
 * frees it. */
static void request_end(struct request *request, const char *what)
{
    struct service *service = request->service;

    request_over(service->scene, request->number, what);
    if (request->deadline)
        event_free(request->deadline);
    request->deadline = NULL;
    if (request->in_pool)
        process_pool_cancel(service->pool, &request->job);
    else
        free(request);
}

static void on_deadline(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    request_end(arg, "gave up");
}

/* From the pool, once for each job. */
static void on_done(const char *error, void *arg)
{
    struct request *request = arg;
    char words[32];

    request->in_pool = false;
    if (!request->deadline) { /* it gave up */
        free(request);
        return;
    }
    (void)snprintf(words, sizeof words, "%" PRIu64, request->n);
    request_end(request, error ? "failed" : words);
}

int request_start(struct service *service, int number, uint64_t n)
{
    struct request *request = calloc(1, sizeof *request);

    if (!request)
        return -1;
    *request = (struct request){.service = service, .number = number, .n = n};
    request->job = (struct job){.function = call_library,
                                .argument = &request->n,
                                .size = sizeof request->n,
                                .done = on_done,
                                .arg = request};
    request->deadline = evtimer_new(service->base, on_deadline, request);
    if (request->deadline &&
        evtimer_add(request->deadline, &service->patience) == 0)
        request->in_pool =
            process_pool_submit(service->pool, &request->job) == 0;
    if (!request->in_pool)
        request_end(request, "failed");
    return 0;
}

struct service *service_new(struct scene *scene, struct timeval patience)
{
    struct service *service = calloc(1, sizeof *service);

    if (!service)
        return NULL;
    *service = (struct service){.scene = scene, .patience = patience};
    /* Forks, so before there is a base. */
    service->pool = process_pool_new(WORKERS, REQUESTS, sizeof(uint64_t));
    service->base = event_base_new();
    if (!service->pool || !service->base ||
        process_pool_attach(service->pool, service->base) < 0) {
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
    if (service->pool)
        process_pool_free(service->pool);
    if (service->base)
        event_base_free(service->base);
    free(service);
}
