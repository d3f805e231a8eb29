/* See 4_scene.h. */
#include "4_scene.h"

#include "group.h"
#include "task_main.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* A request, and when it comes. */
struct arrival {
    struct task task;
    struct scene *scene;
    int number;
    uint64_t n;
    int64_t at;           /* microseconds after the start */
    int64_t came;         /* on the loop's clock */
    struct task *request; /* owned; NULL before it comes */
};

/* Lives in main. */
struct scene {
    struct task task;
    struct service *service; /* owned */
    int64_t patience;        /* microseconds */
    struct arrival arrivals[REQUESTS];
    int count;
    struct group group; /* of the arrivals */
    struct task heartbeat;
    int64_t last_beat, longest_gap; /* microseconds */
    int64_t shortest, longest;      /* that a request waited that gave up */
    long steps;                     /* of the library, at some moment */
};

/* Shared with all processes. */
static struct library {
    pid_t loop;              /* the process of the loop */
    atomic_long steps;       /* counts up as long as a call lasts anywhere */
    atomic_bool holds_epoll; /* a call's process has held such a descriptor */
} * library;

/* Whether this process holds an epoll descriptor, among its first ones. A fork
 * copies the loop's, although it is closed at an exec. */
static bool holds_epoll(void)
{
    const char epoll[] = "anon_inode:[eventpoll]";
    char path[32], target[sizeof epoll];

    for (int fd = 3; fd < 64; fd++) {
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (readlink(path, target, sizeof target) == sizeof epoll - 1 &&
            memcmp(target, epoll, sizeof epoll - 1) == 0)
            return true;
    }
    return false;
}

uint64_t library_call(uint64_t n)
{
    const uint64_t step = 20;

    if (getpid() != library->loop && holds_epoll())
        library->holds_epoll = true;
    if (n == 0)
        _exit(3);
    for (uint64_t ms = 0; ms < n; ms += step) {
        usleep((useconds_t)(n - ms < step ? n - ms : step) * 1000);
        library->steps++;
    }
    return n * n + 1;
}

/* A request has given up. */
static void note_patience(struct scene *scene, int64_t waited)
{
    if (scene->longest == 0 || waited < scene->shortest)
        scene->shortest = waited;
    if (waited > scene->longest)
        scene->longest = waited;
}

static void arrival_run(struct task *me)
{
    struct arrival *self = (struct arrival *)me;
    struct scene *scene = self->scene;
    const char *error;

    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, self->at));
    self->came = task_loop_now();
    self->request = request_new(scene->service, self->n, scene->patience);
    if (!self->request)
        TASK_FAIL(me, TASK_NO_MEMORY);
    task_create(me->loop, self->request, request_run, "request");
    AWAIT_CATCH(me, error, task_await(me, self->request));
    if (error == TASK_TIMED_OUT)
        note_patience(scene, task_loop_now() - self->came);
    if (error)
        printf("%d: %s\n", self->number,
               error == TASK_TIMED_OUT ? "gave up" : "failed");
    else
        printf("%d: %" PRIu64 "\n", self->number,
               request_answer(self->request));
    TASK_FINALLY(me);
    free(self->request);
    TASK_END(me);
}

static void beat(struct scene *scene)
{
    int64_t now = task_loop_now();

    if (scene->last_beat > 0 && now - scene->last_beat > scene->longest_gap)
        scene->longest_gap = now - scene->last_beat;
    scene->last_beat = now;
}

static void heartbeat_run(struct task *me)
{
    struct scene *scene =
        (void *)((char *)me - offsetof(struct scene, heartbeat));

    TASK_BEGIN(me);
    for (;;) {
        beat(scene);
        AWAIT(me, task_sleep(me, 10 * TASK_MS));
    }
    TASK_END(me);
}

static void scene_run(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    if (service_attach(self->service, me->loop->base) < 0)
        TASK_FAIL(me, "the service cannot begin");
    task_create(me->loop, &self->heartbeat, heartbeat_run, "heartbeat");
    group_init(&self->group, me, NULL);
    for (int i = 0; i < self->count; i++)
        group_create(&self->group, &self->arrivals[i].task, arrival_run,
                     "arrival");
    AWAIT(me, group_join(me, &self->group));
    if (self->longest > 0) {
        AWAIT(me, task_sleep(me, 100 * TASK_MS)); /* it may take a moment */
        self->steps = library->steps;
        AWAIT(me, task_sleep(me, 50 * TASK_MS));
        if (library->steps != self->steps)
            fputs("4_heartbeat: a call goes on, and no request waits for it\n",
                  stderr);
    }
    TASK_FINALLY(me);
    beat(self);
    service_free(self->service);
    self->service = NULL;
    TASK_END(me);
}

/* Reads "500 200 0 100@50 …". Returns 0; on failure returns -1. */
static int parse(struct scene *scene, int argc, char **argv)
{
    char *end;

    scene->patience = (argc > 2 ? strtol(argv[1], NULL, 10) : 0) * TASK_MS;
    scene->count = argc - 2;
    if (scene->patience < 1 || scene->count > REQUESTS)
        return -1;
    for (int i = 0; i < scene->count; i++) {
        struct arrival *arrival = &scene->arrivals[i];

        arrival->scene = scene;
        arrival->number = i;
        arrival->n = strtoul(argv[i + 2], &end, 10);
        arrival->at = (*end == '@' ? strtol(end + 1, &end, 10) : 0) * TASK_MS;
        if (*end || arrival->n > 60000 || arrival->at < 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct scene scene = {0};
    int status = 1;

    if (parse(&scene, argc, argv) < 0) {
        fputs("usage: 4_heartbeat PATIENCE N[@MS]...\n", stderr);
        return 2;
    }
    library = mmap(NULL, sizeof *library, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (library == MAP_FAILED) {
        fputs("4_heartbeat: out of memory\n", stderr);
        return 1;
    }
    library->loop = getpid();
    scene.service = service_new();
    if (scene.service)
        status = task_main(&scene.task, scene_run);
    else
        fputs("4_heartbeat: there is no service\n", stderr);
    fprintf(stderr, "longest gap: %" PRId64 " ms\n",
            scene.longest_gap / TASK_MS);
    if (scene.longest > 0)
        fprintf(stderr, "gave up: after %" PRId64 " to %" PRId64 " ms\n",
                scene.shortest / TASK_MS, scene.longest / TASK_MS);
    if (scene.service) /* there was no loop */
        service_free(scene.service);
    if (library->holds_epoll)
        fputs("4_heartbeat: a call holds an epoll descriptor\n", stderr);
    if (waitpid(-1, NULL, WNOHANG) >= 0)
        fputs("4_heartbeat: a process is left behind\n", stderr);
    return status;
}
