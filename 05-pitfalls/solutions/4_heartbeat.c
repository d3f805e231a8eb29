/* 4_heartbeat — the loop lives on while a library works, hangs or dies.
 *
 * asyncio: wait_for(loop.run_in_executor(ProcessPoolExecutor(), …))
 * Run:     make try EXERCISE=05-4 ARGS='500 200 0 100@50 60000'
 *                              500 ms of patience; four requests, the third
 *                              comes after 50 ms
 * Prints:  0: 40001, 1: failed, 3: gave up, as it comes; on stderr the longest
 *          gap of a 10 ms heartbeat
 *
 * Threads would keep the heart beating, but a hung thread cannot be stopped,
 * and exit() ends them all. For this reason each call is a job for worker
 * processes. A request that gives up stops its job: task_within does so, in
 * whatever state it is.
 */
#include "given/4_scene.h"
#include "run_in_executor.h"
#include <stdlib.h>

enum { WORKERS = 2, ROOM = 4 }; /* jobs in the pool; the others wait */

struct service {
    struct process_pool *pool; /* owned */
    struct executor executor;
};

/* async def request(service, n) */
struct request {
    struct task task; /* must come first */
    struct service *service;
    uint64_t n;       /* what the library is asked; the job replaces it */
    int64_t patience; /* microseconds */
    struct executor_call call;
};

/* The job. */
static void call_library(void *n)
{
    *(uint64_t *)n = library_call(*(uint64_t *)n);
}

/* Forks the workers: there is no event base yet. */
struct service *service_new(void)
{
    struct service *service = calloc(1, sizeof *service);

    if (!service)
        return NULL;
    service->pool = process_pool_new(WORKERS, ROOM, sizeof(uint64_t));
    if (!service->pool) {
        free(service);
        return NULL;
    }
    executor_of_processes(&service->executor, service->pool);
    return service;
}

int service_attach(struct service *service, struct event_base *base)
{
    return process_pool_attach(service->pool, base);
}

void service_free(struct service *service)
{
    process_pool_free(service->pool);
    free(service);
}

struct task *request_new(struct service *service, uint64_t n, int64_t patience)
{
    struct request *request = calloc(1, sizeof *request);

    if (!request)
        return NULL;
    request->service = service;
    request->n = n;
    request->patience = patience;
    return &request->task;
}

void request_run(struct task *me)
{
    struct request *self = (struct request *)me;

    TASK_BEGIN(me);
    AWAIT(me,
          task_within(me, self->patience,
                      run_in_executor(me, &self->service->executor, &self->call,
                                      call_library, &self->n, sizeof self->n)));
    TASK_END(me);
}

uint64_t request_answer(struct task *request)
{
    return ((struct request *)request)->n;
}
