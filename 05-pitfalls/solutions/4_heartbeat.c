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
 * processes. A request that gives up cancels its job first: the job's callback
 * would find a request that is gone.
 */
#include "given/4_scene.h"
#include "process_pool.h"

#include <event2/event.h>
#include <inttypes.h>
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

/* Owned by itself, from request_start to request_end. */
struct request {
    struct service *service;
    int number;
    uint64_t n;              /* what the library is asked */
    struct process_job *job; /* until it is answered */
    struct event *deadline;  /* owned */
};

/* Reports what has come of a request, and frees it. */
static void request_end(struct request *request, const char *what)
{
    struct service *service = request->service;

    request_over(service->scene, request->number, what);
    if (request->job)
        process_pool_cancel(service->pool, request->job);
    if (request->deadline)
        event_free(request->deadline);
    free(request);
}

static void on_deadline(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    request_end(arg, "gave up");
}

static void on_result(uint64_t result, const char *error, void *arg)
{
    struct request *request = arg;
    char words[32];

    request->job = NULL;
    (void)snprintf(words, sizeof words, "%" PRIu64, result);
    request_end(request, error ? "failed" : words);
}

int request_start(struct service *service, int number, uint64_t n)
{
    struct request *request = calloc(1, sizeof *request);

    if (!request)
        return -1;
    *request = (struct request){.service = service, .number = number, .n = n};
    request->deadline = evtimer_new(service->base, on_deadline, request);
    if (request->deadline &&
        evtimer_add(request->deadline, &service->patience) == 0)
        request->job =
            process_pool_submit(service->pool, request->n, on_result, request);
    if (!request->job)
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
    service->pool = process_pool_new(library_call, WORKERS, REQUESTS);
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
