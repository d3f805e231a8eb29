/* serve — a server with a task for each connection: asyncio.start_server.
 *
 *     struct connection {
 *         struct serve_client client;     must come first: its task, its stream
 *         …                               what the task needs; zeroed
 *     };
 *
 *     static void handle_connection(struct task *me);        the task of each
 *
 *     struct serve server = {.options = &options,
 *                            .handle = handle_connection,
 *                            .size = sizeof(struct connection)};
 *     status = task_main(&server.task, serve_run);
 *     if (server.failed)                          it has said why
 *         status = 1;
 *
 * Or as a child: task_create(loop, &self->server.task, serve_run, "server"),
 * and await it.
 *
 * At the limit of connections further clients wait in the kernel's backlog; out
 * of descriptors it pauses for a second (see 02-14). A task's error ends that
 * connection only, and is printed; TASK_CANCELLED and STREAM_LOST are not.
 *
 * A stop comes with SIGINT, SIGTERM or serve_stop:
 *   1. The listening socket is closed: new clients are refused.
 *   2. Each stream is stopped (stream_stop): a task that reads gets what is there
 *      already, and then EOF. One that works on an answer may finish.
 *   3. Tasks that are left after `grace` are cancelled, their streams aborted.
 *   4. serve_run ends when all of them have ended.
 * task_cancel is a stop without 2, and without grace.
 *
 * What it leaves out. Unix sockets: listening.c makes TCP's. With a listening
 * socket of your own, stream_init and group_create do what on_client of serve.c
 * does. TLS: see stream.h.
 *
 * It ignores SIGPIPE, and raises the limit of descriptors. On stderr it prints
 * where it listens, why it cannot, and what is above. Compile serve.c with what
 * stream.h names, with group.c and queue.c, and with acceptor.c, limits.c,
 * listening.c, options.c and stop_signals.c of 02-sockets/modules.
 */
#ifndef SERVE_H
#define SERVE_H

#include "acceptor.h"
#include "group.h"
#include "queue.h"
#include "stop_signals.h"
#include "stream.h"
#include <sys/queue.h>

/* One connection. The server owns it from accept until its task is done, and
 * then aborts a stream that the task has left open. */
struct serve_client {
    struct task task;
    struct stream stream;
    struct serve *server;
    LIST_ENTRY(serve_client) link; /* the server's */
};

/* Set the first part and leave the rest zero. It must not move. */
struct serve {
    struct task task; /* of serve_run */
    const struct options
        *options; /* .address: where; .max: connections, or 0 */
    void (*handle)(struct task *me); /* `me` is in a struct of `size` bytes, */
    size_t size;                     /* which begins with a serve_client */
    void *arg;                       /* yours: client->server->arg */
    int64_t grace;                   /* microseconds; 0: 5 seconds */

    bool failed; /* afterwards: it could not listen; or you have set it */

    /* The server's own. */
    long count; /* of clients */
    bool stopping, paused;
    int64_t deadline;
    LIST_HEAD(serve_clients, serve_client) clients;
    struct group group; /* of their tasks */
    struct acceptor acceptor;
    struct stop_signals signals;
    struct semaphore stop, change; /* released for a stop; when none is left */
};

/* The task: listens and serves until it is stopped. Ends without an error. */
void serve_run(struct task *me);

/* Stops it, once serve_run has begun; from a task or a callback. A second stop,
 * or signal, changes nothing. */
void serve_stop(struct serve *serve);

/* Accepts no client until it is called with false: they wait in the kernel's
 * backlog, as at the limit. Say, while a database that each of them needs is away.
 * Only while serve_run runs. */
void serve_pause(struct serve *serve, bool paused);

#endif
