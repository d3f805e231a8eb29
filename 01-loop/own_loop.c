/* own_loop — an event loop of our own, on poll(2): how does it work inside?
 *
 * Twin:   own_loop.py (the same two scenes on asyncio's loop)
 * Build:  cc -o own_loop own_loop.c
 * Run:    ./own_loop
 * Prints: Task completed, then Received hello through a pipe
 *
 * No libevent here. A loop is a queue of calls, a heap of timers, a list of
 * descriptors, and one place where the thread sleeps: poll, with the time till
 * the next timer as its limit. Left out, because it is no new idea: many
 * descriptors (poll's list is walked whole; epoll's is not), signals (a pipe
 * that the handler writes to), and taking a timer back.
 */
#define _GNU_SOURCE 1 /* pipe2 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX = 64 }; /* of each kind: small and fixed, to keep to the idea */

/* What to call, and with what. The loop never owns arg. */
struct call {
    void (*function)(void *arg);
    void *arg;
};

struct timer {
    int64_t due;     /* µs, monotonic */
    unsigned number; /* equal deadlines run in the order they were added */
    struct call call;
};

struct loop {
    struct call soon[MAX]; /* a ring: the queue of call_soon */
    unsigned soon_first, soon_count;
    struct timer timers[MAX]; /* a heap: the earliest is timers[0] */
    unsigned timer_count, timer_number;
    struct pollfd fds[MAX];    /* what poll is to watch … */
    struct call watchers[MAX]; /* … and whom it is for; the same index */
    nfds_t fd_count;           /* places used, empty ones among them */
    unsigned watched;          /* places not empty */
    bool stopped;
};

static int64_t now_us(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Queues a call for the next pass. Returns 0, or -1 if the queue is full. */
static int loop_call_soon(struct loop *loop, void (*function)(void *),
                          void *arg)
{
    if (loop->soon_count == MAX)
        return -1;
    loop->soon[(loop->soon_first + loop->soon_count++) % MAX] =
        (struct call){function, arg};
    return 0;
}

static bool earlier(const struct timer *a, const struct timer *b)
{
    return a->due != b->due ? a->due < b->due : a->number < b->number;
}

/* Adds a timer: at the end of the heap, then up while it is earlier than its
 * parent. Returns 0, or -1 if the heap is full. */
static int loop_call_later(struct loop *loop, int ms, void (*function)(void *),
                           void *arg)
{
    unsigned i = loop->timer_count;
    struct timer timer = {
        now_us() + ms * INT64_C(1000), loop->timer_number, {function, arg}};

    if (i == MAX)
        return -1;
    loop->timer_count++;
    loop->timer_number++;
    for (; i > 0 && earlier(&timer, &loop->timers[(i - 1) / 2]);
         i = (i - 1) / 2)
        loop->timers[i] = loop->timers[(i - 1) / 2];
    loop->timers[i] = timer;
    return 0;
}

/* Takes the earliest timer out: the last one goes to the top, then down while
 * a child is earlier. */
static struct timer heap_pop(struct loop *loop)
{
    struct timer first = loop->timers[0];
    struct timer last = loop->timers[--loop->timer_count];
    unsigned i = 0, child;

    while ((child = 2 * i + 1) < loop->timer_count) {
        if (child + 1 < loop->timer_count &&
            earlier(&loop->timers[child + 1], &loop->timers[child]))
            child++;
        if (!earlier(&loop->timers[child], &last))
            break;
        loop->timers[i] = loop->timers[child];
        i = child;
    }
    loop->timers[i] = last;
    return first;
}

/* Watches a descriptor for POLLIN or POLLOUT. Returns 0, or -1 if full. */
static int loop_watch(struct loop *loop, int fd, short events,
                      void (*function)(void *), void *arg)
{
    nfds_t i = 0;

    while (i < loop->fd_count && loop->fds[i].fd >= 0)
        i++;
    if (i == MAX)
        return -1;
    if (i == loop->fd_count)
        loop->fd_count++;
    loop->fds[i] = (struct pollfd){.fd = fd, .events = events};
    loop->watchers[i] = (struct call){function, arg};
    loop->watched++;
    return 0;
}

/* Watches it no more. Its place stays, empty: poll passes over a negative
 * descriptor, and loop_pass may be walking the list just now. */
static void loop_unwatch(struct loop *loop, int fd, short events)
{
    for (nfds_t i = 0; i < loop->fd_count; i++) {
        if (loop->fds[i].fd == fd && loop->fds[i].events == events) {
            loop->fds[i].fd = -1;
            loop->watched--;
        }
    }
}

/* How many ms this pass may sleep: none if calls are queued, till the next
 * timer if there is one (rounded up: rounded down, the loop would spin through
 * the last fraction of a millisecond), else for ever. */
static int sleep_limit(const struct loop *loop)
{
    int64_t ms;

    if (loop->soon_count > 0)
        return 0;
    if (loop->timer_count == 0)
        return -1;
    ms = (loop->timers[0].due - now_us() + 999) / 1000;
    return ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* One pass: sleep, then what is ready, then what is due, then what was queued
 * when the pass came to it: calls queued by those run in the next pass, so that
 * they cannot keep timers and descriptors waiting. Returns 0, or -1. */
static int loop_pass(struct loop *loop)
{
    int ready = poll(loop->fds, loop->fd_count, sleep_limit(loop));
    unsigned queued;
    int64_t now;

    if (ready < 0 && errno != EINTR)
        return -1;

    for (nfds_t i = 0; ready > 0 && i < loop->fd_count; i++) {
        /* POLLHUP and POLLERR are news for whoever waits; a watcher that ran
         * before may have emptied this place. */
        if (loop->fds[i].fd >= 0 && loop->fds[i].revents)
            loop->watchers[i].function(loop->watchers[i].arg);
    }

    now = now_us();
    while (loop->timer_count > 0 && loop->timers[0].due <= now) {
        struct timer timer = heap_pop(loop);

        timer.call.function(timer.call.arg);
    }

    for (queued = loop->soon_count; queued > 0; queued--) {
        struct call call = loop->soon[loop->soon_first];

        loop->soon_first = (loop->soon_first + 1) % MAX;
        loop->soon_count--;
        call.function(call.arg);
    }
    return 0;
}

/* Runs until somebody stops it, or nothing is left to wait for: 0; -1: poll
 * failed. */
static int loop_run(struct loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped &&
           (loop->soon_count || loop->timer_count || loop->watched)) {
        if (loop_pass(loop) < 0)
            return -1;
    }
    return 0;
}

/* --- what follows uses the loop: first the scene of loop.c ------------- */

static void on_second(void *arg)
{
    struct loop *loop = arg;

    puts("Task completed");
    loop->stopped = true; /* although the timer of an hour is still there */
}

static void on_hour(void *arg)
{
    (void)arg;
    fputs("own_loop: an hour has passed\n", stderr);
}

/* --- then a pipe, with both ends on the same loop ---------------------- */

struct channel {
    struct loop *loop;
    int read_end, write_end;
};

static void on_writable(void *arg)
{
    struct channel *channel = arg;

    if (write(channel->write_end, "hello", 5) != 5)
        perror("own_loop: cannot write to the pipe");
    loop_unwatch(channel->loop, channel->write_end, POLLOUT);
    close(channel->write_end);
}

static void on_readable(void *arg)
{
    struct channel *channel = arg;
    char bytes[16];
    ssize_t n = read(channel->read_end, bytes, sizeof bytes);

    if (n > 0) {
        printf("Received %.*s through a pipe\n", (int)n, bytes);
    } else { /* EOF: the writer has closed; nothing is left, the loop ends */
        loop_unwatch(channel->loop, channel->read_end, POLLIN);
        close(channel->read_end);
    }
}

static void start_channel(void *arg)
{
    struct channel *channel = arg;

    if (loop_watch(channel->loop, channel->write_end, POLLOUT, on_writable,
                   channel) < 0 ||
        loop_watch(channel->loop, channel->read_end, POLLIN, on_readable,
                   channel) < 0)
        fputs("own_loop: too many descriptors\n", stderr);
}

int main(int argc, char **argv)
{
    struct loop first = {0}, second = {0};
    struct channel channel = {.loop = &second};
    int ends[2];

    if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
        puts("usage: own_loop [-h]\nTwo scenes on an event loop of our own.");
        return fflush(stdout) != 0 || ferror(stdout);
    }
    if (argc > 1) {
        fprintf(stderr,
                "own_loop: unexpected argument '%s': usage: own_loop [-h]\n",
                argv[1]);
        return 2;
    }

    if (loop_call_later(&first, 3600000, on_hour, NULL) < 0 ||
        loop_call_later(&first, 1000, on_second, &first) < 0 ||
        loop_run(&first) < 0 || pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) {
        perror("own_loop: the first scene failed");
        return 1;
    }
    channel.read_end = ends[0];
    channel.write_end = ends[1];
    if (loop_call_soon(&second, start_channel, &channel) < 0 ||
        loop_run(&second) < 0) {
        perror("own_loop: the second scene failed");
        return 1;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("own_loop: cannot write the result");
        return 1;
    }
    return 0;
}
