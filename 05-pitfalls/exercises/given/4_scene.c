/* See 4_scene.h. */
#include "4_scene.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* When which request comes. Owns its timer. */
struct arrival {
    struct scene *scene;
    int number;
    uint64_t n;
    long at; /* ms after the start */
    struct event *timer;
};

/* Lives in main. */
struct scene {
    struct service *service;
    struct event_base *base; /* the service's */
    struct timeval patience;
    struct arrival arrivals[REQUESTS];
    int count, ended;
    struct event *heartbeat;
    double last_beat, longest_gap; /* seconds */
};

uint64_t library_call(uint64_t n)
{
    if (n == 0)
        _exit(3);
    usleep((useconds_t)n * 1000);
    return n * n + 1;
}

void request_over(struct scene *scene, int number, const char *what)
{
    printf("%d: %s\n", number, what);
    if (++scene->ended == scene->count)
        event_base_loopbreak(scene->base);
}

static void on_arrival(evutil_socket_t fd, short events, void *arg)
{
    struct arrival *arrival = arg;
    struct scene *scene = arrival->scene;

    (void)fd;
    (void)events;
    if (request_start(scene->service, arrival->number, arrival->n) < 0) {
        perror("4_heartbeat: cannot take a request");
        event_base_loopbreak(scene->base);
    }
}

static void on_heartbeat(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;
    struct timespec time = {0};
    double now;

    (void)fd;
    (void)events;
    clock_gettime(CLOCK_MONOTONIC, &time);
    now = (double)time.tv_sec + (double)time.tv_nsec / 1e9;
    if (scene->last_beat > 0 && now - scene->last_beat > scene->longest_gap)
        scene->longest_gap = now - scene->last_beat;
    scene->last_beat = now;
}

/* Makes the heartbeat and the timers of the requests. Returns 0; on failure
 * returns -1. */
static int scene_prepare(struct scene *scene)
{
    const struct timeval beat = {0, 10000};

    scene->heartbeat =
        event_new(scene->base, -1, EV_PERSIST, on_heartbeat, scene);
    if (!scene->heartbeat || event_add(scene->heartbeat, &beat) < 0)
        return -1;
    for (int i = 0; i < scene->count; i++) {
        struct arrival *arrival = &scene->arrivals[i];
        const struct timeval at = {arrival->at / 1000,
                                   arrival->at % 1000 * 1000};

        arrival->timer = evtimer_new(scene->base, on_arrival, arrival);
        if (!arrival->timer || evtimer_add(arrival->timer, &at) < 0)
            return -1;
    }
    on_heartbeat(-1, 0, scene);
    return 0;
}

static void scene_free(struct scene *scene)
{
    for (int i = 0; i < scene->count; i++) {
        if (scene->arrivals[i].timer)
            event_free(scene->arrivals[i].timer);
    }
    if (scene->heartbeat)
        event_free(scene->heartbeat);
}

/* Reads "500 200 0 100@50 …". Returns 0; on failure returns -1. */
static int parse(struct scene *scene, int argc, char **argv)
{
    long ms = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    char *end;

    scene->patience = (struct timeval){ms / 1000, ms % 1000 * 1000};
    scene->count = argc - 2;
    if (ms < 1 || scene->count > REQUESTS)
        return -1;
    for (int i = 0; i < scene->count; i++) {
        struct arrival *arrival = &scene->arrivals[i];

        arrival->scene = scene;
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
    struct scene scene = {0};
    int status = 1;

    if (parse(&scene, argc, argv) < 0) {
        fputs("usage: 4_heartbeat PATIENCE N[@MS]...\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    scene.service = service_new(&scene, scene.patience);
    if (scene.service)
        scene.base = service_base(scene.service);
    if (scene.base && scene_prepare(&scene) == 0 &&
        event_base_dispatch(scene.base) == 0 && scene.ended == scene.count)
        status = 0;
    else
        fputs("4_heartbeat: failed\n", stderr);
    on_heartbeat(-1, 0, &scene);
    fprintf(stderr, "longest gap: %.0f ms\n", scene.longest_gap * 1000);
    scene_free(&scene);
    if (scene.service)
        service_free(scene.service);
    if (waitpid(-1, NULL, WNOHANG) >= 0)
        fputs("4_heartbeat: a process is left behind\n", stderr);
    libevent_global_shutdown();
    return status;
}
