#include "crew.h"

#include "fork_server.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A place, and the worker process in it. */
struct worker {
    struct crew *crew;
    int fd;                 /* owned: leads to it; -1 while there is nobody */
    struct event *readable; /* owned; NULL while there is nobody */
    bool busy;
    bool left; /* nobody, but who was there may still be at work */
};

struct crew {
    struct event_base *base;
    struct fork_server *server;
    struct event *forked; /* the server has answered */
    bool asked, gone;     /* the server: has a question of ours; is dead */
    bool resting;
    crew_answered answered;
    crew_changed changed;
    void *arg;
    int places, alive;
    struct worker workers[];
};

/* Waits for a worker's next number. It asks a few times before it sleeps: under
 * load the number is on its way, and to be woken costs more than to ask. Returns
 * false when the other end is closed. */
static bool next_number(int fd, uint64_t *number)
{
    enum { TRIES = 5 }; /* doubles the rate of empty jobs on 2 cores */
    ssize_t n = -1;

    for (int i = 0; n < 0; i++) {
        n = recv(fd, number, sizeof *number, i < TRIES ? MSG_DONTWAIT : 0);
        if (n < 0 && errno == EAGAIN)
            sched_yield();
        else if (n < 0 && errno != EINTR)
            break;
    }
    return n == sizeof *number;
}

/* What a worker does, till the other end is closed. */
static void work(int fd, void *arg)
{
    uint64_t (**function)(uint64_t) = arg;
    uint64_t number;

    while (next_number(fd, &number)) {
        number = (*function)(number);
        if (send(fd, &number, sizeof number, MSG_NOSIGNAL) < 0)
            break;
    }
}

/* Empties a place. Who was there is killed when somebody is asked for in it. */
static void worker_lost(struct worker *worker)
{
    if (worker->readable)
        event_free(worker->readable);
    worker->readable = NULL;
    close(worker->fd);
    worker->fd = -1;
    worker->busy = false;
    worker->left = true;
    worker->crew->alive--;
}

/* The first place that somebody has left, or else the first that is empty; -1 if
 * there is none, or none that was `left`. */
static int empty_place(const struct crew *crew, bool left)
{
    int empty = -1;

    for (int i = 0; i < crew->places; i++) {
        if (crew->workers[i].fd < 0 && crew->workers[i].left)
            return i;
        if (crew->workers[i].fd < 0 && empty < 0)
            empty = i;
    }
    return left ? -1 : empty;
}

/* Asks for somebody in an empty place. One question at a time; its answer asks
 * the next one. */
static void refill(struct crew *crew)
{
    int place = empty_place(crew, false);

    if (crew->asked || crew->gone || crew->resting || place < 0)
        return;
    crew->asked = fork_server_ask(crew->server, place) == 0;
    crew->gone = !crew->asked;
}

/* A worker has answered, or is dead (EOF). */
static void on_readable(evutil_socket_t fd, short events, void *arg)
{
    struct worker *worker = arg;
    struct crew *crew = worker->crew;
    bool busy = worker->busy;
    uint64_t result = 0;
    ssize_t n = recv(fd, &result, sizeof result, MSG_DONTWAIT);

    (void)events;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    worker->busy = false;
    if (n != sizeof result) {
        worker_lost(worker);
        refill(crew);
    }
    if (busy)
        crew->answered((int)(worker - crew->workers), result,
                       n != sizeof result, crew->arg);
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
 * the place is empty again. */
static bool worker_begin(struct worker *worker, int fd)
{
    worker->fd = fd;
    worker->crew->alive++;
    worker->readable = watch(worker->crew->base, fd, on_readable, worker);
    if (worker->readable)
        return true;
    worker_lost(worker);
    return false;
}

/* The server has forked somebody, or could not, or is dead. A fork that failed
 * is not tried again from here, as that would be a loop without a rest; but it
 * has killed who was in the place, and is to kill the others. */
static void on_forked(evutil_socket_t unused, short events, void *arg)
{
    struct crew *crew = arg;
    int place, fd = fork_server_answer(crew->server, &place);
    bool filled = fd >= 0 && worker_begin(&crew->workers[place], fd);

    (void)unused;
    (void)events;
    crew->asked = false;
    crew->gone = place < 0;
    if (crew->gone)
        event_del(crew->forked);
    else
        crew->workers[place].left = false;
    if (filled || empty_place(crew, true) >= 0)
        refill(crew);
    if (filled || crew->alive == 0)
        crew->changed(!filled, crew->arg);
}

struct crew *crew_new(uint64_t (*function)(uint64_t), int places)
{
    /* The server first, so that it inherits nothing of ours. */
    struct fork_server *server = fork_server_new(work, &function, places);
    struct crew *crew = NULL;

    if (server)
        crew = calloc(1, sizeof *crew + (size_t)places * sizeof(struct worker));
    if (!crew) {
        if (server)
            fork_server_free(server);
        return NULL;
    }
    crew->server = server;
    for (; crew->places < places; crew->places++) {
        struct worker *worker = &crew->workers[crew->places];
        int place;

        worker->crew = crew;
        worker->fd = -1;
        if (fork_server_ask(server, crew->places) == 0)
            worker->fd = fork_server_answer(server, &place);
        if (worker->fd < 0) {
            crew_free(crew);
            errno = EAGAIN; /* fork's for "no more processes" */
            return NULL;
        }
    }
    return crew;
}

int crew_attach(struct crew *crew, struct event_base *base,
                crew_answered answered, crew_changed changed, void *arg)
{
    crew->base = base;
    crew->answered = answered;
    crew->changed = changed;
    crew->arg = arg;
    crew->forked = watch(base, fork_server_fd(crew->server), on_forked, crew);
    if (!crew->forked)
        return -1;
    for (int i = 0; i < crew->places; i++) {
        if (!worker_begin(&crew->workers[i], crew->workers[i].fd))
            return -1;
    }
    return 0;
}

int crew_give(struct crew *crew, uint64_t argument)
{
    for (int i = 0; i < crew->places; i++) {
        struct worker *worker = &crew->workers[i];

        if (worker->fd < 0 || worker->busy)
            continue;
        /* One small message to an empty socket cannot block. */
        if (send(worker->fd, &argument, sizeof argument, MSG_NOSIGNAL) < 0) {
            worker_lost(worker); /* it died idle: the next one, then */
            continue;
        }
        worker->busy = true;
        return i;
    }
    refill(crew);
    return -1;
}

void crew_stop(struct crew *crew, int place)
{
    worker_lost(&crew->workers[place]);
    refill(crew); /* kills it */
}

bool crew_gone(const struct crew *crew)
{
    return crew->gone && crew->alive == 0;
}

void crew_rest(struct crew *crew)
{
    crew->resting = true;
    for (int i = 0; i < crew->places; i++) {
        if (crew->workers[i].readable)
            event_del(crew->workers[i].readable);
    }
    event_del(crew->forked);
}

void crew_free(struct crew *crew)
{
    for (int i = 0; i < crew->places; i++) {
        if (crew->workers[i].fd >= 0)
            worker_lost(&crew->workers[i]);
    }
    if (crew->forked)
        event_free(crew->forked);
    fork_server_free(crew->server);
    free(crew);
}
