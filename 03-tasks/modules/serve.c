/* serve.c — a task for each connection; serve.h is the manual. */
#include "serve.h"
#include "limits.h"
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { STOP_POLL = 50 }; /* ms: nothing tells when a peer has confirmed all */

static void update_acceptor(struct serve *serve)
{
    long max = serve->options->max;

    if (!serve->stopping)
        acceptor_set_full(&serve->acceptor,
                          serve->paused || (max > 0 && serve->count >= max));
}

static void count_clients(struct serve *serve, long change)
{
    serve->count += change;
    update_acceptor(serve);
    if (serve->stopping && serve->count == 0)
        semaphore_release(&serve->change);
}

/* A client's task is done, or never began. */
static void on_client_ended(struct task *task)
{
    struct serve_client *client = (struct serve_client *)task;
    const char *error = task_error(task);

    if (error && error != TASK_CANCELLED && error != STREAM_LOST)
        warnx("%s: one connection dropped", error);
    stream_abort(&client->stream);
    LIST_REMOVE(client, link);
    count_clients(client->server, -1);
    free(client);
}

static void on_client(evutil_socket_t fd, struct sockaddr *from, void *arg)
{
    struct serve *serve = arg;
    struct serve_client *client = calloc(1, serve->size);

    (void)from;
    if (!client)
        close(fd);
    if (!client || stream_init(&client->stream, serve->task.loop, fd) < 0) {
        warnx("out of memory: one connection dropped");
        free(client);
        return;
    }
    client->server = serve;
    LIST_INSERT_HEAD(&serve->clients, client, link);
    group_create(&serve->group, &client->task, serve->handle, "connection");
    count_clients(serve, 1);
}

void serve_stop(struct serve *serve)
{
    semaphore_release(&serve->stop);
}

void serve_pause(struct serve *serve, bool paused)
{
    serve->paused = paused;
    update_acceptor(serve);
}

static void on_signal(evutil_socket_t number, short events, void *arg)
{
    (void)number;
    (void)events;
    serve_stop(arg);
}

static int serve_start(struct serve *serve)
{
    struct event_base *base = serve->task.loop->base;

    signal(SIGPIPE, SIG_IGN); /* else a write to a closed peer ends us */
    limits_raise_descriptors();
    LIST_INIT(&serve->clients);
    semaphore_init(&serve->stop, 0);
    serve->stop.waiters.kind = "a stop";
    semaphore_init(&serve->change, 0);
    serve->change.waiters.kind = "clients to end";
    group_init(&serve->group, &serve->task, on_client_ended);
    serve->group.independent = true;
    serve->acceptor = (struct acceptor){.on_client = on_client, .arg = serve};
    if (stop_signals_add(&serve->signals, base, on_signal, serve) == 0)
        return acceptor_start(&serve->acceptor, base, serve->options);
    warnx("cannot start: out of memory or descriptors");
    return -1;
}

/* Takes no more clients. The second time there is nothing to free. */
static void stop_accepting(struct serve *serve)
{
    serve->stopping = true;
    acceptor_free(&serve->acceptor);
    serve->acceptor = (struct acceptor){0};
}

static void stop_streams(struct serve *serve, void (*stop)(struct stream *))
{
    struct serve_client *client;

    for (client = LIST_FIRST(&serve->clients); client;
         client = LIST_NEXT(client, link))
        stop(&client->stream);
}

void serve_run(struct task *me)
{
    struct serve *self = (struct serve *)me;
    const char *error;

    TASK_BEGIN(me);
    self->failed = serve_start(self) < 0;
    if (self->failed)
        TASK_RETURN(me);
    AWAIT(me, semaphore_acquire(me, &self->stop));
    stop_accepting(self);
    self->deadline =
        task_loop_now() + (self->grace > 0 ? self->grace : 5 * TASK_SECOND);
    while (self->count > 0 && task_loop_now() < self->deadline) {
        stop_streams(self, stream_stop);
        AWAIT_CATCH(me, error,
                    task_within(me, STOP_POLL * TASK_MS,
                                semaphore_acquire(me, &self->change)));
        if (error && error != TASK_TIMED_OUT)
            TASK_FAIL(me, error);
    }
    if (self->count > 0)
        warnx("gave up on %ld peers", self->count);

    TASK_FINALLY(me);
    stop_accepting(self);
    stop_signals_free(&self->signals);
    group_cancel(&self->group);
    stop_streams(self, stream_abort);
    AWAIT(me, group_join(me, &self->group));
    TASK_END(me);
}
