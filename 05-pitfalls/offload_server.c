/* offload_server — a TCP service that computes, and stays responsive meanwhile.
 *
 * Twin:   offload_server.py (start_server, run_in_executor, ProcessPoolExecutor)
 * Build:  cc -Imodules -I../02-sockets/modules -I../03-tasks/modules -o offload_server offload_server.c modules/fork_server.c modules/job.c modules/process_pool.c modules/run_in_executor.c modules/thread_pool.c modules/workers.c ../02-sockets/modules/acceptor.c ../02-sockets/modules/limits.c ../02-sockets/modules/listening.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/options.c ../02-sockets/modules/stop_signals.c ../03-tasks/modules/await.c ../03-tasks/modules/group.c ../03-tasks/modules/heap.c ../03-tasks/modules/queue.c ../03-tasks/modules/serve.c ../03-tasks/modules/stream.c ../03-tasks/modules/stream_read.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:    ./offload_server            then, elsewhere: echo 600851475143 | nc -N 127.0.0.1 8889
 *         or: ./offload_server broken
 * Prints: nothing; to a client for each number, a line, its largest prime factor
 *
 * A number may take seconds, so it goes to a pool of processes; in the scene
 * `broken` the loop computes, and everybody waits for everybody. A client has one
 * job at a time; while the pool is full, it waits for room, and its next lines wait
 * unread: that is the back-pressure. A connection that breaks takes its job along,
 * also out of the worker. A mere EOF does not: it is a half-close, and what was
 * asked before is answered. What it lacks: while more than 4 KiB of questions wait,
 * the connection is not read, and its reset is seen only with the next answer (02-09
 * has a cure).
 */
#include "group.h"
#include "limits.h"
#include "run_in_executor.h"
#include "serve.h"
#include "task_main.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_LONGEST = 64,        /* bytes, without its end */
    INPUT_MAX = 4096,         /* bytes of questions that wait for a job */
    JOBS_FOR_EACH_WORKER = 2, /* one it works on, one that is ready for it */
};
static const int64_t idle = 60 * TASK_SECOND;

/* Lives in main. */
struct program {
    struct task task;
    struct options options;
    struct serve server;
    struct process_pool *pool; /* owned; NULL: broken */
    struct executor executor;  /* of that pool */
};

/* One of the two tasks that a connection's task awaits. */
struct helper {
    struct task task;
    struct connection *connection; /* its owner */
};

struct connection {
    struct serve_client client; /* must come first */
    bool too_long;   /* what was read is a part of a line that has not ended */
    bool skipping;   /* the first part of that line was answered */
    uint64_t number; /* the question; a job makes the answer of it */
    struct executor_call call;
    struct helper answer, leave;
    struct task *both[2]; /* their addresses */
    struct gather first;
};

static uint64_t largest_prime_factor(uint64_t n)
{
    uint64_t largest = 1;

    for (uint64_t d = 2; d <= n / d; d += d == 2 ? 1 : 2) {
        for (; n % d == 0; n /= d)
            largest = d;
    }
    return n > 1 ? n : largest;
}

/* The job. */
static void replace_by_factor(void *number)
{
    *(uint64_t *)number = largest_prime_factor(*(uint64_t *)number);
}

/* int(line.rstrip()). Returns NULL; or what is wrong with the line. */
static const char *parse(struct stream *stream, uint64_t *number)
{
    const char *data = stream_data(stream);
    size_t n = stream->n;
    char line[LINE_LONGEST + 1] = "", *end;

    while (n > 0 && (data[n - 1] == '\n' || data[n - 1] == '\r'))
        n--;
    if (n > LINE_LONGEST)
        return "line too long";
    memcpy(line, data, n);
    errno = 0;
    *number = strtoull(line, &end, 10);
    if (!isdigit((unsigned char)*line) || end != line + n || errno != 0 ||
        *number < 2)
        return "not a number from 2 to 18446744073709551615";
    return NULL;
}

/* async def answer(line): */
static void answer_run(struct task *me)
{
    struct connection *self = ((struct helper *)me)->connection;
    struct executor *executor = self->client.server->arg;
    const char *error;

    TASK_BEGIN(me);
    error = parse(&self->client.stream, &self->number);
    if (error)
        TASK_FAIL(me, error);
    if (executor)
        AWAIT(me, run_in_executor(me, executor, &self->call, replace_by_factor,
                                  &self->number, sizeof self->number));
    else
        replace_by_factor(&self->number);
    TASK_END(me);
}

/* Fails when the connection breaks. After a mere EOF it waits until it is
 * cancelled: there a client may be that waits for its answer. */
static void leave_run(struct task *me)
{
    struct connection *self = ((struct helper *)me)->connection;

    TASK_BEGIN(me);
    AWAIT(me, stream_gone(me, &self->client.stream));
    AWAIT(me, task_sleep(me, INT64_MAX));
    TASK_END(me);
}

/* Creates both, for task_wait_first. */
static struct task **begin_answer(struct connection *self)
{
    struct task_loop *loop = self->client.task.loop;

    self->answer.connection = self->leave.connection = self;
    self->both[0] = &self->answer.task;
    self->both[1] = &self->leave.task;
    task_create(loop, self->both[0], answer_run, "answer");
    task_create(loop, self->both[1], leave_run, "client leaves");
    return self->both;
}

/* Writes an answer. Without its workers, and without a process that could fork
 * new ones, the server ends, so that what watches over it can start it anew. */
static void reply(struct connection *self, const char *error)
{
    struct serve *server = self->client.server;
    char text[80];
    int n = error ? snprintf(text, sizeof text, "error: %s\n", error)
                  : snprintf(text, sizeof text, "%" PRIu64 "\n", self->number);

    stream_write(&self->client.stream, text, (size_t)n);
    if (error != JOB_BROKEN || server->failed)
        return;
    warnx("all its processes have died: ending");
    server->failed = true;
    serve_stop(server);
}

/* async def handle_connection(reader, writer): */
static void handle_connection(struct task *me)
{
    struct connection *self = (struct connection *)me;
    struct stream *stream = &self->client.stream;
    const char *error;

    TASK_BEGIN(me);
    for (;;) {
        stream->limit = LINE_LONGEST + 2; /* CR LF */
        AWAIT_CATCH(me, error,
                    task_within(me, idle, stream_read_line(me, stream)));
        self->too_long = error == STREAM_TOO_LONG;
        if (self->too_long) /* so much is there: this does not wait */
            AWAIT(me, stream_read_exactly(me, stream, stream->limit));
        else if (error)
            TASK_FAIL(me, error);
        if (stream->n == 0)
            break;
        if (!self->skipping) {
            stream->limit = INPUT_MAX; /* what comes meanwhile */
            AWAIT_CATCH(
                me, error,
                task_wait_first(me, &self->first, begin_answer(self), 2));
            if (self->first.winner == &self->leave.task ||
                error == TASK_CANCELLED)
                TASK_FAIL(me, error);
            reply(self, error);
            AWAIT(me, task_within(me, idle, stream_drain(me, stream)));
        }
        self->skipping = self->too_long;
    }
    TASK_FINALLY(me);
    AWAIT_CATCH(me, error, stream_close(me, stream));
    if (me->error == TASK_TIMED_OUT) /* it was idle: not worth a message */
        TASK_FAIL(me, NULL);
    TASK_END(me);
}

/* async def main(): */
static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;

    TASK_BEGIN(me);
    if (self->pool && process_pool_attach(self->pool, me->loop->base) < 0)
        TASK_FAIL(me, TASK_NO_MEMORY);
    if (self->pool)
        executor_of_processes(&self->executor, self->pool);
    task_create(me->loop, &self->server.task, serve_run, "server");
    AWAIT(me, task_await(me, &self->server.task));
    TASK_FINALLY(me);
    if (self->pool)
        process_pool_free(self->pool);
    self->pool = NULL;
    TASK_END(me);
}

static const char usage[] =
    "usage: offload_server [-p PORT] [-m MAX] [-w WORKERS] [fixed|broken]\n";
static const char help[] =
    "Answers each number, a line, with its largest prime factor; computes in\n"
    "worker processes or (broken) on the loop.\n"
    "  -p PORT     listen on this port of 127.0.0.1; 0 picks one (8889)\n"
    "  -m MAX      connections at once, others wait (0: no limit)\n"
    "  -w WORKERS  how many processes (what nproc prints)\n"
    "  -h, --help  print this\n";

/* Takes the scene out of the command line. Returns whether it is `broken`. */
static bool take_broken(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        bool broken = !strcmp(argv[i], "broken");

        if (broken || !strcmp(argv[i], "fixed")) {
            memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i) * sizeof *argv);
            --*argc;
            return broken;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    bool broken = take_broken(&argc, argv);
    struct program self = {
        .options = {.port = 8889, .workers = limits_processors()},
        .server = {.options = &self.options,
                   .handle = handle_connection,
                   .size = sizeof(struct connection),
                   .arg = broken ? NULL : &self.executor}};
    int workers, status = options_read(&self.options, "p:m:w:h", usage, help,
                                       argc, argv);

    if (status != OPTIONS_RUN)
        return status;
    workers = (int)self.options.workers;
    if (!broken) /* it forks: before there is a loop */
        self.pool = process_pool_new(workers, workers * JOBS_FOR_EACH_WORKER,
                                     sizeof(uint64_t));
    if (broken || self.pool)
        status = task_main(&self.task, program_run);
    else
        warn("cannot start");
    if (self.pool) /* there was no loop */
        process_pool_free(self.pool);
    freeaddrinfo(self.options.address);
    return self.server.failed || status != 0;
}
