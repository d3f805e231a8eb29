/* sources — the four kinds of news that one loop brings.
 *
 * Twin:   sources.py (call_soon, add_reader, add_signal_handler, call_later)
 * Build:  cc -o sources sources.c $(pkg-config --cflags --libs libevent)
 * Run:    ./sources
 * Prints: handed over, readable, signal, timer: a line each
 *
 * Something handed over with event_active, a readable descriptor, a signal and
 * a timer, all waited for at once. Each one, when it comes, makes the next one
 * happen, so that the order is fixed; the loop would bring them in any order.
 */
#define _GNU_SOURCE 1 /* pipe2 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HANDED_OVER, READABLE, SIGNAL, TIMER, SOURCES };

/* Lives in main; owns the events and both ends of the pipe. */
struct scene {
    struct event *events[SOURCES];
    bool failed;
    int read_end, write_end;
};

/* Says what failed, and ends the loop: the next event would never come. */
static void give_up(struct scene *scene, const char *what)
{
    fprintf(stderr, "sources: %s: %s\n", what, strerror(errno));
    scene->failed = true;
    event_base_loopbreak(event_get_base(scene->events[TIMER]));
}

/* Somebody on this thread (or, with evthread_use_pthreads, on another) called
 * event_active: no descriptor, no clock, just a place in the queue. */
static void on_handed_over(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    puts("handed over: event_active");
    if (write(scene->write_end, "hello", 5) != 5)
        give_up(scene, "cannot write to the pipe");
}

/* The descriptor has something to read: one read, which will not block. */
static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    char bytes[16];
    ssize_t n = read(fd, bytes, sizeof bytes);

    (void)events;
    if (n < 0) {
        give_up(arg, "cannot read from the pipe");
        return;
    }
    printf("readable: %zd bytes in the pipe\n", n);
    raise(SIGUSR1);
}

/* Runs on the loop, not in the signal's handler: it may call anything. */
static void on_signal(evutil_socket_t number, short events, void *arg)
{
    const struct timeval delay = {0, 50000};
    struct scene *scene = arg;

    (void)events;
    printf("signal: %s\n", number == SIGUSR1 ? "SIGUSR1" : "another");
    if (event_add(scene->events[TIMER], &delay) < 0)
        give_up(scene, "cannot add the timer");
}

/* The last one: nothing else is pending then but what main takes away. */
static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
    struct scene *scene = arg;

    (void)fd;
    (void)events;
    puts("timer: 50 ms are over");
    event_del(scene->events[READABLE]);
    event_del(scene->events[SIGNAL]);
}

/* Makes the four events and adds those that wait from the start on. Returns 0,
 * or -1. The caller frees them in both cases. */
static int scene_start(struct scene *scene, struct event_base *base)
{
    scene->events[HANDED_OVER] = event_new(base, -1, 0, on_handed_over, scene);
    scene->events[READABLE] = event_new(
        base, scene->read_end, EV_READ | EV_PERSIST, on_readable, scene);
    scene->events[SIGNAL] = evsignal_new(base, SIGUSR1, on_signal, scene);
    scene->events[TIMER] = evtimer_new(base, on_timeout, scene);
    for (int i = 0; i < SOURCES; i++) {
        if (!scene->events[i])
            return -1;
    }
    if (event_add(scene->events[READABLE], NULL) < 0 ||
        event_add(scene->events[SIGNAL], NULL) < 0)
        return -1;
    event_active(scene->events[HANDED_OVER], 0, 0);
    return 0;
}

int main(int argc, char **argv)
{
    struct scene scene = {0};
    struct event_base *base;
    int ends[2], status = 1;

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: sources [-h]\nThe four kinds of news a loop brings.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr,
                "sources: unexpected argument '%s': usage: sources [-h]\n",
                argv[1]);
        return 2;
    }

    /* A loop's descriptors must not block, and nothing that is executed is to
     * inherit them. */
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) {
        perror("sources: cannot make a pipe");
        return 1;
    }
    scene.read_end = ends[0];
    scene.write_end = ends[1];
    base = event_base_new();
    if (!base || scene_start(&scene, base) < 0)
        fputs("sources: cannot set up: out of resources\n", stderr);
    else if (event_base_dispatch(base) < 0)
        fputs("sources: the event loop failed\n", stderr);
    else if (fflush(stdout) != 0 || ferror(stdout))
        perror("sources: cannot write the result");
    else if (!scene.failed)
        status = 0;

    for (int i = 0; i < SOURCES; i++) {
        if (scene.events[i])
            event_free(scene.events[i]);
    }
    if (base)
        event_base_free(base);
    close(ends[0]);
    close(ends[1]);
    libevent_global_shutdown();
    return status;
}
