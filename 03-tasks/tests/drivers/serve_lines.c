/* serve_lines — a server on serve.h whose clients say what their task does.
 *
 * Build: cc -I../../modules -I../../../02-sockets/modules -o serve_lines serve_lines.c ../../modules/await.c ../../modules/group.c ../../modules/heap.c ../../modules/queue.c ../../modules/serve.c ../../modules/stream.c ../../modules/stream_read.c ../../modules/task_loop.c ../../modules/task_main.c ../../../02-sockets/modules/acceptor.c ../../../02-sockets/modules/limits.c ../../../02-sockets/modules/listening.c ../../../02-sockets/modules/monotonic.c ../../../02-sockets/modules/options.c ../../../02-sockets/modules/stop_signals.c $(pkg-config --cflags --libs libevent)
 * Run:   ./serve_lines -p 0 [-m MAX] [-t MILLISECONDS]   the grace of its stop
 *
 * A client's lines: "work" answers after a while, "hang" never does, "fail"
 * fails, "lose" ends without closing, "stop" stops the server, "cancel" cancels
 * it, "pause" and "resume" say whether it accepts clients, "wait" ends when the
 * client has gone, and so does "job", which would work for an hour. Each task's end
 * is printed.
 */
#include "serve.h"
#include "task_main.h"
#include <stdio.h>
#include <string.h>

/* Two waits, of which the first ends both. */
struct side {
    struct task task;
    struct stream *stream;
};

struct connection {
    struct serve_client client; /* must come first */
    bool lose;
    struct side job, left;
    struct task *both[2];
    struct gather first;
};

static void job_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
    TASK_END(me);
}

static void left_run(struct task *me)
{
    TASK_BEGIN(me);
    AWAIT(me, stream_gone(me, ((struct side *)me)->stream));
    TASK_END(me);
}

/* Begins a job that ends when the client leaves. */
static bool job_or_left(struct task *me)
{
    struct connection *self = (struct connection *)me;

    self->left.stream = &self->client.stream;
    self->both[0] = &self->job.task;
    self->both[1] = &self->left.task;
    task_create(me->loop, &self->job.task, job_run, "job");
    task_create(me->loop, &self->left.task, left_run, "client leaves");
    return task_wait_first(me, &self->first, self->both, 2);
}

static bool says(struct stream *stream, const char *word)
{
    return stream->n == strlen(word) + 1 &&
           memcmp(stream_data(stream), word, strlen(word)) == 0;
}

static void handle_connection(struct task *me)
{
    struct connection *self = (struct connection *)me;
    struct stream *stream = &self->client.stream;

    TASK_BEGIN(me);
    for (;;) {
        AWAIT(me, stream_read_line(me, stream));
        if (stream->n == 0)
            break;
        if (says(stream, "fail"))
            TASK_FAIL(me, "simulated error");
        self->lose = says(stream, "lose");
        if (self->lose)
            TASK_RETURN(me);
        if (says(stream, "stop"))
            serve_stop(self->client.server);
        else if (says(stream, "cancel"))
            task_cancel(&self->client.server->task);
        else if (says(stream, "pause") || says(stream, "resume"))
            serve_pause(self->client.server, says(stream, "pause"));
        else if (says(stream, "hang"))
            AWAIT(me, task_sleep(me, 3600 * TASK_SECOND));
        else if (says(stream, "wait"))
            AWAIT(me, stream_gone(me, stream));
        else if (says(stream, "job"))
            AWAIT(me, job_or_left(me));
        else
            AWAIT(me, task_sleep(me, 300 * TASK_MS));
        stream_write(stream, "done\n", 5);
        AWAIT(me, stream_drain(me, stream));
    }
    TASK_FINALLY(me);
    printf("ends: %s\n", me->error ? me->error : "fine");
    if (!self->lose)
        AWAIT(me, stream_close(me, stream));
    TASK_END(me);
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct serve server = {.options = &options,
                           .handle = handle_connection,
                           .size = sizeof(struct connection)};
    int status =
        options_read(&options, "p:m:t:", "usage: -p -m -t\n", "", argc, argv);

    if (status != OPTIONS_RUN)
        return status;
    server.grace = options.idle * TASK_MS;
    status = task_main(&server.task, serve_run);
    freeaddrinfo(options.address);
    return server.failed ? 1 : status;
}
