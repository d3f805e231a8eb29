/* offload_server — a TCP service that computes, and stays responsive meanwhile.
 *
 * Twin:   offload_server.py (start_server, run_in_executor, ProcessPoolExecutor)
 * Build:  cc -Imodules -I../02-sockets/modules -I../03-tasks/modules -o offload_server offload_server.c modules/fork_server.c modules/job.c modules/process_pool.c modules/run_in_executor.c modules/thread_pool.c modules/workers.c ../02-sockets/modules/acceptor.c ../02-sockets/modules/limits.c ../02-sockets/modules/listening.c ../02-sockets/modules/monotonic.c ../02-sockets/modules/options.c ../02-sockets/modules/stop_signals.c ../03-tasks/modules/await.c ../03-tasks/modules/group.c ../03-tasks/modules/heap.c ../03-tasks/modules/queue.c ../03-tasks/modules/serve.c ../03-tasks/modules/stream.c ../03-tasks/modules/stream_read.c ../03-tasks/modules/task_loop.c ../03-tasks/modules/task_main.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:    ./offload_server            then, elsewhere: echo 600851475143 | nc -N 127.0.0.1 8889
 *         or: ./offload_server broken
 * Prints: nothing; answers each line, a number, with its largest prime factor
 *
 * A number may take seconds, so it goes to a pool of processes; in the scene
 * `broken` the loop computes, and each client waits for all the others. A
 * client has one job at a time. While the pool is full, the job waits for room,
 * and the client's next lines wait unread: that is the back-pressure. When a
 * connection breaks, its job is cancelled, even if a worker runs it. A mere EOF
 * cancels nothing: it is a half-close, and what was asked before is answered.
 *
 * Beyond the twin: that cancelling, and a limit of a minute for idle clients.
 * serve.h does what `stopping` and `answering` do there. What it lacks: while
 * more than 4 KiB of questions wait, the connection is not read, and its reset
 * is seen only with the next answer (02-09 has a cure).
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
    INPUT_MAX = 4096,         /* bytes read ahead while a client waits */
    JOBS_FOR_EACH_WORKER = 2, /* one that it runs, one that is ready for it */
};

/* After so long without a line, or without reading, a client is closed. */
static const int64_t idle = 60 * TASK_SECOND;

/* A local variable of main(). */
struct program {
    struct task task;
    struct options options;
    struct serve server;
    struct process_pool *pool; /* owned; NULL in the scene `broken` */
    struct executor executor;  /* lets tasks await that pool's jobs */
};

/* A child of a connection's task: `answer` or `leave`. */
struct helper {
    struct task task;
    struct connection *connection; /* the parent; this struct lies in it */
};

struct connection {
    struct serve_client client; /* must come first */
    bool partial;    /* a line too long: the last read got a piece of it */
    bool skipping;   /* an earlier piece of this line was answered */
    uint64_t number; /* the question; the job puts the answer in its place */
    struct executor_call call;
    struct helper answer, leave;
    struct task *both[2]; /* those two, for task_wait_first */
    struct gather first;  /* which of them is done first */
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

/* The job, which a worker runs: it works in place. */
static void replace_by_factor(void *number)
{
    *(uint64_t *)number = largest_prime_factor(*(uint64_t *)number);
}

/* int(line.rstrip()), of the line that was read last. Returns NULL, or what is
 * wrong with the line: the client's answer. */
static const char *parse(struct stream *stream, uint64_t *number)
{
    const char *data = stream_data(stream);
    size_t n = stream->n;
    char line[LINE_LONGEST + 1] = "", *end;

    while (n > 0 && (data[n - 1] == '\n' || data[n - 1] == '\r'))
        n--;
    if (n > LINE_LONGEST)
        return "line too long";
    /* A copy, because strtoull needs a NUL at the end. It would also skip a
     * space and take a sign, which isdigit refuses. */
    memcpy(line, data, n);
    errno = 0;
    *number = strtoull(line, &end, 10);
    if (!isdigit((unsigned char)*line) || end != line + n || errno != 0 ||
        *number < 2)
        return "not a number from 2 to 18446744073709551615";
    return NULL;
}

/* async def answer(line): the line stays in the stream until the next read. */
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

/* Fails when the connection breaks. After a mere EOF the client may still wait
 * for its answer: so this sleeps until task_wait_first cancels it. */
static void leave_run(struct task *me)
{
    struct connection *self = ((struct helper *)me)->connection;

    TASK_BEGIN(me);
    AWAIT(me, stream_gone(me, &self->client.stream));
    AWAIT(me, task_sleep(me, INT64_MAX));
    TASK_END(me);
}

/* Creates both tasks. Called within AWAIT, it runs once for each line: a task
 * that goes on does not evaluate its wait again. */
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

/* Writes an answer. JOB_BROKEN: the workers are dead, and so is the process
 * that forks new ones. The server ends, so that what watches over it (systemd,
 * say) can start it anew. */
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
        /* A line that is too long is read in pieces. parse refuses the first
         * one, and the answer says so; the others are skipped. */
        stream->limit = LINE_LONGEST + 2; /* CR LF */
        AWAIT_CATCH(me, error,
                    task_within(me, idle, stream_read_line(me, stream)));
        self->partial = error == STREAM_TOO_LONG;
        if (self->partial) /* so much is there: this does not wait */
            AWAIT(me, stream_read_exactly(me, stream, stream->limit));
        else if (error)
            TASK_FAIL(me, error);
        if (stream->n == 0) /* EOF */
            break;
        if (!self->skipping) {
            stream->limit = INPUT_MAX; /* stream_gone looks no further */
            AWAIT_CATCH(
                me, error,
                task_wait_first(me, &self->first, begin_answer(self), 2));
            if (self->first.winner == &self->leave.task ||
                error == TASK_CANCELLED)
                TASK_FAIL(me, error);
            reply(self, error);
            AWAIT(me, task_within(me, idle, stream_drain(me, stream)));
        }
        self->skipping = self->partial;
    }
    TASK_FINALLY(me);
    AWAIT_CATCH(me, error, stream_close(me, stream)); /* closed in any case */
    if (me->error == TASK_TIMED_OUT) /* idle: serve need not print that */
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
    if (self->pool) /* no task awaits it now, and the event base exists */
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

/* Takes the scene out of the command line, because options_read takes options
 * only. Returns whether it is `broken`. */
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
    struct program program = {
        .options = {.port = 8889, .workers = limits_processors()},
        .server = {.options = &program.options,
                   .handle = handle_connection,
                   .size = sizeof(struct connection),
                   .arg = broken ? NULL : &program.executor}};
    int workers, status = options_read(&program.options, "p:m:w:h", usage, help,
                                       argc, argv);

    if (status != OPTIONS_RUN)
        return status;
    workers = (int)program.options.workers;
    if (!broken) /* it forks, so before task_main makes an event base */
        program.pool = process_pool_new(workers, workers * JOBS_FOR_EACH_WORKER,
                                        sizeof(uint64_t));
    if (broken || program.pool)
        status = task_main(&program.task, program_run);
    else
        warn("cannot start"); /* status is still OPTIONS_RUN: not 0 */
    if (program.pool) /* there was no loop: program_run has not freed it */
        process_pool_free(program.pool);
    freeaddrinfo(program.options.address);
    return program.server.failed || status != 0;
}
