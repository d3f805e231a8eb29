/* open_stream — stream_connect: sends a line, prints the answer; or why not.
 *
 * Build: cc -I../../modules -I../../../02-sockets/modules -o open_stream open_stream.c ../../modules/await.c ../../modules/heap.c ../../modules/stream.c ../../modules/stream_read.c ../../modules/stream_connect.c ../../modules/task_loop.c ../../../02-sockets/modules/connector.c ../../../02-sockets/modules/monotonic.c ../../../02-sockets/modules/resolver.c $(pkg-config --cflags --libs libevent) -pthread
 * Run:   ./open_stream localhost 8888 [MILLISECONDS]     a deadline; 0: at once
 *
 * Prints which descriptors are left, too.
 */
#include "../../../02-sockets/tests/drivers/descriptors.h"
#include "stream_connect.h"
#include "task_loop.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct program {
    struct task task;
    char **argv;
    struct stream stream;
    struct stream_connect connect;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    int64_t within = self->argv[3] ? strtol(self->argv[3], NULL, 10) * TASK_MS
                                   : 20 * TASK_SECOND;
    const char *error;

    TASK_BEGIN(me);
    AWAIT_CATCH(
        me, error,
        task_within(me, within,
                    stream_connect(me, &self->connect, &self->stream,
                                   self->argv[1],
                                   (uint16_t)strtol(self->argv[2], NULL, 10))));
    if (error)
        printf("%s: '%s'\n", error, self->connect.reason);
    if (error)
        TASK_RETURN(me);
    stream_write(&self->stream, "hello\n", 6);
    stream_write_eof(&self->stream);
    AWAIT(me, stream_read_line(me, &self->stream));
    printf("%.*s", (int)self->stream.n, stream_data(&self->stream));

    TASK_FINALLY(me);
    AWAIT(me, stream_close(me, &self->stream));
    TASK_END(me);
}

int main(int argc, char **argv)
{
    const int before = count_descriptors();
    struct program program = {.argv = argv};
    struct event_base *base = event_base_new();
    struct task_loop loop;
    int status;

    if (argc < 3 || !base || task_loop_init(&loop, base) < 0)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    task_create(&loop, &program.task, program_run, "program");
    status = task_run(&loop, &program.task) == 0 ? 0 : 1;
    task_loop_free(&loop);
    event_base_free(base);
    libevent_global_shutdown();
    printf("descriptors left: %d\n", count_descriptors() - before);
    return status;
}
