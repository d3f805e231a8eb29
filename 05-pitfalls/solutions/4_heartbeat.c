/* 4_heartbeat — the loop lives on while a library works, hangs or dies.
 *
 * asyncio: wait_for(loop.run_in_executor(ProcessPoolExecutor(), …))
 * Run:     ./4_heartbeat 500 200 0 100@50 60000
 *                              500 ms of patience; four requests, the third
 *                              comes after 50 ms
 * Prints:  0: 40001, 1: failed, 3: gave up, as it comes; on stderr the longest
 *          gap of a 10 ms heartbeat
 *
 * Threads would keep the heart beating, but one that hangs cannot be stopped,
 * and exit() ends them all. So each call is a job for worker processes. Who gives
 * up cancels his job first, for its callback would find a request that is gone.
 */
#include "process_pool.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REQUESTS = 32, WORKERS = 2 };

/* When which request comes. Owns its timer. */
struct arrival {
    struct service *service;
    int number;
    uint64_t n;
    long at; /* ms after the start */
    struct event *timer;
};

/* Lives in main. */
struct service {
    struct event_base *base; /* owned */
    struct process_pool *pool;
    struct timeval patience; /* of who has made a request */
    struct arrival arrivals[REQUESTS];
    int count, ended;
    struct event *heartbeat;
    double last_beat, longest_gap; /* seconds */
};

/* Owned by itself, from its arrival to request_end. */
struct request {
    struct service *service;
    int number;
    uint64_t n;              /* what the library is asked */
    struct process_job *job; /* till it is answered */
    struct event *deadline;  /* owned */
};

static uint64_t library_call(uint64_t n);
static void service_over(struct service *service);

/* Says what has come of a request, and frees it. After the last one the service
 * is over. */
static void request_end(struct request *request, const char *what)
{
    struct service *service = request->service;

    printf("%d: %s\n", request->number, what);
    if (request->job)
        process_pool_cancel(service->pool, request->job);
    if (request->deadline)
        event_free(request->deadline);
    free(request);
    if (++service->ended == service->count)
        service_over(service);
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

/* A request has come. request_end is called when it is answered, has failed, or
 * nobody wants to wait for it any more. */
static void request_start(struct request *request)
{
    struct service *service = request->service;

    request->deadline = evtimer_new(service->base, on_deadline, request);
    if (request->deadline &&
        evtimer_add(request->deadline, &service->patience) == 0)
        request->job =
            process_pool_submit(service->pool, request->n, on_result, request);
    if (!request->job)
        request_end(request, "failed");
}

/* Makes the base, and what else the requests need. Returns 0, or -1;
 * service_close undoes it in both cases. */
static int service_open(struct service *service)
{
    /* Forks, so before there is a base. */
    service->pool = process_pool_new(library_call, WORKERS, REQUESTS);
    service->base = event_base_new();
    if (!service->pool || !service->base)
        return -1;
    return process_pool_attach(service->pool, service->base);
}

static void service_close(struct service *service)
{
    if (service->pool)
        process_pool_free(service->pool);
    if (service->base)
        event_base_free(service->base);
}

/* ---- The scene: nothing is to be changed from here on. ---- */

/* The library, of which we have no source. It takes n ms, and does not come
 * back in our lifetime for some. For 0 it is so shocked that it ends the process. */
static uint64_t library_call(uint64_t n)
{
    if (n == 0)
        _exit(3);
    usleep((useconds_t)n * 1000);
    return n * n + 1;
}

/* Ends the loop. */
static void service_over(struct service *service)
{
    event_base_loopbreak(service->base);
}

static void on_arrival(evutil_socket_t fd, short events, void *arg)
{
    struct arrival *arrival = arg;
    struct request *request = calloc(1, sizeof *request);

    (void)fd;
    (void)events;
    if (!request) {
        perror("4_heartbeat: cannot take a request");
        service_over(arrival->service);
        return;
    }
    request->service = arrival->service;
    request->number = arrival->number;
    request->n = arrival->n;
    request_start(request);
}

static void on_heartbeat(evutil_socket_t fd, short events, void *arg)
{
    struct service *service = arg;
    struct timespec time = {0};
    double now;

    (void)fd;
    (void)events;
    clock_gettime(CLOCK_MONOTONIC, &time);
    now = (double)time.tv_sec + (double)time.tv_nsec / 1e9;
    if (service->last_beat > 0 &&
        now - service->last_beat > service->longest_gap)
        service->longest_gap = now - service->last_beat;
    service->last_beat = now;
}

/* Makes the heartbeat and the timers of the requests. Returns 0, or -1. */
static int scene_prepare(struct service *service)
{
    const struct timeval beat = {0, 10000};

    service->heartbeat =
        event_new(service->base, -1, EV_PERSIST, on_heartbeat, service);
    if (!service->heartbeat || event_add(service->heartbeat, &beat) < 0)
        return -1;
    for (int i = 0; i < service->count; i++) {
        struct arrival *arrival = &service->arrivals[i];
        const struct timeval at = {arrival->at / 1000,
                                   arrival->at % 1000 * 1000};

        arrival->timer = evtimer_new(service->base, on_arrival, arrival);
        if (!arrival->timer || evtimer_add(arrival->timer, &at) < 0)
            return -1;
    }
    on_heartbeat(-1, 0, service);
    return 0;
}

static void scene_free(struct service *service)
{
    for (int i = 0; i < service->count; i++) {
        if (service->arrivals[i].timer)
            event_free(service->arrivals[i].timer);
    }
    if (service->heartbeat)
        event_free(service->heartbeat);
}

/* Reads "500 200 0 100@50 …". Returns 0, or -1. */
static int parse(struct service *service, int argc, char **argv)
{
    long ms = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    char *end;

    service->patience = (struct timeval){ms / 1000, ms % 1000 * 1000};
    service->count = argc - 2;
    if (ms < 1 || service->count > REQUESTS)
        return -1;
    for (int i = 0; i < service->count; i++) {
        struct arrival *arrival = &service->arrivals[i];

        arrival->service = service;
        arrival->number = i;
        arrival->n = strtoul(argv[i + 2], &end, 10);
        arrival->at = *end == '@' ? strtol(end + 1, &end, 10) : 0;
        if (*end || arrival->n > 60000 || arrival->at < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct service service = {0};
    int status = 1;

    if (parse(&service, argc, argv) < 0) {
        fputs("usage: 4_heartbeat PATIENCE N[@MS]...\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (service_open(&service) == 0 && scene_prepare(&service) == 0 &&
        event_base_dispatch(service.base) == 0 &&
        service.ended == service.count)
        status = 0;
    else
        fputs("4_heartbeat: failed\n", stderr);
    on_heartbeat(-1, 0, &service);
    fprintf(stderr, "longest gap: %.0f ms\n", service.longest_gap * 1000);
    scene_free(&service);
    service_close(&service);
    if (waitpid(-1, NULL, WNOHANG) >= 0)
        fputs("4_heartbeat: a process is left behind\n", stderr);
    libevent_global_shutdown();
    return status;
}
