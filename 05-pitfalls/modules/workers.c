#include "workers.h"

#include "fork_server.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a message to a worker begins with. The bytes behind it are aligned as any
 * struct may want it. */
union order {
    void (*function)(void *argument);
    max_align_t alignment;
};

/* A slot, and the worker process in it. */
struct worker {
    struct workers *workers;
    int fd;                 /* owned: leads to it; -1 while the slot is empty */
    struct event *readable; /* owned; NULL while the slot is empty */
    void *bytes;            /* what it works on, not owned; NULL: it is idle */
    size_t size;
    bool abandoned; /* the slot is empty, its last worker may still run */
};

struct workers {
    struct event_base *base;
    struct fork_server *server;
    struct event *forked; /* the server has answered */
    bool asked;           /* the server has a question of ours */
    bool server_is_dead, released;
    const struct workers_calls *calls;
    void *arg;
    size_t largest; /* bytes of a message, without the order */
    int slots, alive;
    struct worker workers[];
};

/* Waits for a worker's next message. It asks a few times before it sleeps: under
 * load the message is on its way, and to be woken costs more than to ask. Returns
 * the size, the order included; 0 when the other end is closed. */
static size_t next_message(int fd, union order *order, size_t capacity)
{
    enum { TRIES = 5 }; /* doubles the rate of empty jobs on 2 cores */
    ssize_t n = -1;

    for (int i = 0; n < 0; i++) {
        n = recv(fd, order, capacity, i < TRIES ? MSG_DONTWAIT : 0);
        if (n < 0 && errno == EAGAIN)
            sched_yield();
        else if (n < 0 && errno != EINTR)
            return 0;
    }
    return (size_t)n;
}

/* What a worker does, until the other end is closed. */
static void work(int fd, void *arg)
{
    const size_t *largest = arg;
    size_t n, capacity = sizeof(union order) + *largest;
    union order *order = malloc(capacity);

    while (order && (n = next_message(fd, order, capacity)) > sizeof *order) {
        order->function(order + 1);
        if (send(fd, order + 1, n - sizeof *order, MSG_NOSIGNAL) < 0)
            break;
    }
    free(order);
}

/* Empties a slot. Its worker is killed when the next one is asked for. */
static void worker_lost(struct worker *worker)
{
    if (worker->readable)
        event_free(worker->readable);
    worker->readable = NULL;
    close(worker->fd);
    worker->fd = -1;
    worker->bytes = NULL;
    worker->abandoned = true;
    worker->workers->alive--;
}

/* Returns the first abandoned slot, or else the first empty one; -1 if there is
 * none, or if only an abandoned one will do and there is none. */
static int empty_slot(const struct workers *workers, bool abandoned)
{
    int empty = -1;

    for (int i = 0; i < workers->slots; i++) {
        if (workers->workers[i].fd < 0 && workers->workers[i].abandoned)
            return i;
        if (workers->workers[i].fd < 0 && empty < 0)
            empty = i;
    }
    return abandoned ? -1 : empty;
}

/* Asks for a worker in an empty slot. One question at a time; its answer asks
 * the next one. */
static void refill(struct workers *workers)
{
    int slot = empty_slot(workers, false);

    if (workers->asked || workers->server_is_dead || workers->released ||
        slot < 0)
        return;
    workers->asked = fork_server_ask(workers->server, slot) == 0;
    workers->server_is_dead = !workers->asked;
}

/* A worker has answered, or is dead (EOF). The answer goes where the job was; one
 * of another size is none (MSG_TRUNC reports the whole size). */
static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    struct worker *worker = arg;
    struct workers *workers = worker->workers;
    bool busy = worker->bytes != NULL, died;
    char nothing;
    ssize_t n =
        recv(fd, busy ? worker->bytes : &nothing,
             busy ? worker->size : sizeof nothing, MSG_DONTWAIT | MSG_TRUNC);

    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    died = !busy || n != (ssize_t)worker->size;
    worker->bytes = NULL;
    if (died) {
        worker_lost(worker);
        refill(workers);
    }
    if (busy)
        workers->calls->answered((int)(worker - workers->workers), died,
                                 workers->arg);
}

/* Watches a descriptor of ours. Returns NULL without memory. A loop's descriptors
 * must not block; libevent's debug mode (event_enable_debug_mode) aborts if one
 * may. */
static struct event *watch(struct event_base *base, int fd,
                           event_callback_fn on_event, void *arg)
{
    struct event *event = NULL;

    if (evutil_make_socket_nonblocking(fd) == 0)
        event = event_new(base, fd, EV_READ | EV_PERSIST, on_event, arg);
    if (event && event_add(event, NULL) < 0) {
        event_free(event);
        event = NULL;
    }
    return event;
}

/* Watches the worker that `fd` leads to. Returns false without memory: then
 * the slot is empty again. */
static bool worker_begin(struct worker *worker, int fd)
{
    worker->fd = fd;
    worker->workers->alive++;
    worker->readable = watch(worker->workers->base, fd, on_readable, worker);
    if (worker->readable)
        return true;
    worker_lost(worker);
    return false;
}

/* The server has forked a worker, or could not, or is dead. A fork that failed
 * is not tried again from here, as that would be a loop without a rest; but it
 * has killed the last worker of the slot, and must kill the others. */
static void on_forked(evutil_socket_t unused, short events, void *arg)
{
    struct workers *workers = arg;
    int slot, fd = fork_server_answer(workers->server, &slot);
    bool filled = fd >= 0 && worker_begin(&workers->workers[slot], fd);

    (void)unused;
    (void)events;
    workers->asked = false;
    workers->server_is_dead = slot < 0;
    if (workers->server_is_dead)
        event_del(workers->forked);
    else
        workers->workers[slot].abandoned = false;
    if (filled || empty_slot(workers, true) >= 0)
        refill(workers);
    if (filled)
        workers->calls->ready(workers->arg);
    else if (workers->alive == 0)
        workers->calls->no_workers(workers->arg);
}

/* Whether a socket like this takes messages of that size. What the kernel needs
 * for itself is about 32 bytes. */
static bool takes(int fd, size_t size)
{
    int buffer = 0;
    socklen_t length = sizeof buffer;

    return getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, &length) == 0 &&
           size + 64 <= (size_t)buffer;
}

/* Forks the workers. Returns 0, or an errno. */
static int fork_workers(struct workers *workers, int slots)
{
    for (; workers->slots < slots; workers->slots++) {
        struct worker *worker = &workers->workers[workers->slots];
        int slot;

        worker->workers = workers;
        worker->fd = -1;
        if (fork_server_ask(workers->server, workers->slots) == 0)
            worker->fd = fork_server_answer(workers->server, &slot);
        if (worker->fd < 0)
            return EAGAIN; /* fork's for "no more processes" */
    }
    return takes(workers->workers[0].fd, sizeof(union order) + workers->largest)
               ? 0
               : EMSGSIZE;
}

struct workers *workers_new(int slots, size_t largest)
{
    /* The server first, so that it inherits nothing of ours. */
    struct fork_server *server = fork_server_new(work, &largest, slots);
    struct workers *workers = NULL;
    int error;

    if (server)
        workers =
            calloc(1, sizeof *workers + (size_t)slots * sizeof(struct worker));
    if (!workers) {
        if (server)
            fork_server_free(server);
        return NULL;
    }
    workers->server = server;
    workers->largest = largest;
    error = fork_workers(workers, slots);
    if (error == 0)
        return workers;
    workers_free(workers);
    errno = error;
    return NULL;
}

int workers_attach(struct workers *workers, struct event_base *base,
                   const struct workers_calls *calls, void *arg)
{
    workers->base = base;
    workers->calls = calls;
    workers->arg = arg;
    workers->forked =
        watch(base, fork_server_fd(workers->server), on_forked, workers);
    if (!workers->forked)
        return -1;
    for (int i = 0; i < workers->slots; i++) {
        if (!worker_begin(&workers->workers[i], workers->workers[i].fd))
            return -1;
    }
    return 0;
}

/* Sends a job to an idle worker, in one message. That cannot block: the socket is
 * empty. Returns false and errno if the worker does not have it now. */
static bool worker_send(struct worker *worker, void (*function)(void *argument),
                        void *bytes, size_t size)
{
    union order order = {.function = function};
    struct iovec parts[2] = {{&order, sizeof order}, {bytes, size}};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    if (sendmsg(worker->fd, &message, MSG_NOSIGNAL) < 0)
        return false;
    worker->bytes = bytes;
    worker->size = size;
    return true;
}

int workers_send(struct workers *workers, void (*function)(void *argument),
                 void *bytes, size_t size)
{
    for (int i = 0; i < workers->slots; i++) {
        struct worker *worker = &workers->workers[i];

        if (worker->fd < 0 || worker->bytes)
            continue;
        if (worker_send(worker, function, bytes, size))
            return i;
        if (errno == ENOBUFS || errno == ENOMEM) {
            errno = ENOBUFS;
            return -1;
        }
        worker_lost(worker); /* it died idle: the next one, then */
    }
    refill(workers);
    errno = workers_are_dead(workers) ? ECHILD : EAGAIN;
    return -1;
}

void workers_kill(struct workers *workers, int slot)
{
    worker_lost(&workers->workers[slot]);
    refill(workers); /* kills it */
}

bool workers_are_dead(const struct workers *workers)
{
    return workers->server_is_dead && workers->alive == 0;
}

void workers_release_loop(struct workers *workers)
{
    workers->released = true;
    for (int i = 0; i < workers->slots; i++) {
        if (workers->workers[i].readable)
            event_del(workers->workers[i].readable);
    }
    event_del(workers->forked);
}

void workers_free(struct workers *workers)
{
    for (int i = 0; i < workers->slots; i++) {
        if (workers->workers[i].fd >= 0)
            worker_lost(&workers->workers[i]);
    }
    if (workers->forked)
        event_free(workers->forked);
    fork_server_free(workers->server);
    free(workers);
}
