/* 4_heartbeat — the loop lives on while a library works, hangs or dies.
 *
 * asyncio: wait_for(loop.run_in_executor(ProcessPoolExecutor(), …))
 * Run:     make try EXERCISE=05-4 ARGS='500 200 0 100@50 60000'
 *                              500 ms of patience; four requests, the third
 *                              comes after 50 ms
 * Prints:  0: 40001, 1: failed, 3: gave up, as it comes; on stderr the longest
 *          gap of a 10 ms heartbeat
 * Given:   given/4_scene.h            main, library_call()
 * Task:    README.md#4             Check: make practice EXERCISE=05-4
 */
#include "given/4_scene.h"
#include <stdlib.h>

/* ---- Your part: here the loop makes the call itself. ---- */

struct service {
    struct event_base *base; /* not owned */
};

/* async def request(service, n) */
struct request {
    struct task task; /* must come first */
    struct service *service;
    uint64_t n;       /* what the library is asked */
    int64_t patience; /* microseconds */
    uint64_t answer;
};

struct service *service_new(void)
{
    return calloc(1, sizeof(struct service));
}

int service_attach(struct service *service, struct event_base *base)
{
    service->base = base;
    return 0;
}

void service_free(struct service *service)
{
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
    self->answer = library_call(self->n);
    TASK_END(me);
}

uint64_t request_answer(struct task *request)
{
    return ((struct request *)request)->answer;
}
