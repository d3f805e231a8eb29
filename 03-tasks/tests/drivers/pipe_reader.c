/* pipe_reader — a task awaits that a pipe can be read: tries first, waits on
 * EAGAIN, with a deadline where it likes.
 *
 * Build: cc -I../../modules -o pipe_reader pipe_reader.c ../../modules/await.c ../../modules/heap.c ../../modules/readiness.c ../../modules/task_loop.c ../../modules/task_main.c $(pkg-config --cflags --libs libevent)
 */
#include "readiness.h"
#include "task_main.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct reader {
    struct task task;
    int fd;
    struct readiness readable;
    char bytes[16];
    ssize_t n;
};

/* Reads once; waits for it at most 20 ms. */
static void reader_run(struct task *me)
{
    struct reader *self = (struct reader *)me;
    const char *error = NULL;

    TASK_BEGIN(me);
    while ((self->n = read(self->fd, self->bytes, sizeof self->bytes)) < 0) {
        if (errno != EAGAIN)
            TASK_FAIL(me, "cannot read");
        puts("reader: waits");
        AWAIT(me, readiness_wait(me, &self->readable));
    }
    printf("reader: got %.*s\n", (int)self->n, self->bytes);
    AWAIT_CATCH(
        me, error,
        task_within(me, 20 * TASK_MS, readiness_wait(me, &self->readable)));
    printf("reader: %s\n", error ? error : "readable");
    AWAIT(me, readiness_wait(me, &self->readable));
    self->n = read(self->fd, self->bytes, sizeof self->bytes);
    puts(self->n == 0 ? "reader: end of file" : "reader: not the end");
    TASK_END(me);
}

struct program {
    struct task task;
    struct reader reader;
    int ends[2];
    bool ready;
};

static void program_run(struct task *me)
{
    struct program *self = (struct program *)me;
    const char *error;

    TASK_BEGIN(me);
    if (pipe(self->ends) < 0)
        TASK_FAIL(me, "no pipe");
    if (fcntl(self->ends[0], F_SETFL, O_NONBLOCK) < 0)
        TASK_FAIL(me, "no non-blocking pipe");
    if (readiness_init(&self->reader.readable, me->loop, self->ends[0],
                       EV_READ) < 0)
        TASK_FAIL(me, TASK_NO_MEMORY);
    self->ready = true;
    self->reader.fd = self->ends[0];
    task_create(me->loop, &self->reader.task, reader_run, "reader");
    AWAIT(me, task_sleep(me, 10 * TASK_MS));
    if (write(self->ends[1], "hello", 5) != 5)
        TASK_FAIL(me, "cannot write");
    puts("writer: wrote");
    AWAIT(me, task_sleep(me, 300 * TASK_MS));
    AWAIT_CATCH(me, error, readiness_wait(me, &self->reader.readable));
    printf("reader: a second one may not wait: %s\n", error ? error : "it may");
    close(self->ends[1]);
    self->ends[1] = -1;
    AWAIT(me, task_await(me, &self->reader.task));

    TASK_FINALLY(me);
    if (self->ready)
        readiness_free(&self->reader.readable);
    close(self->ends[0]);
    if (self->ends[1] >= 0)
        close(self->ends[1]);
    TASK_END(me);
}

int main(void)
{
    struct program program = {.ready = false};

    return task_main(&program.task, program_run);
}
