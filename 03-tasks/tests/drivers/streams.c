/* streams — a scene with a stream on one end of a TCP connection and a plain
 * socket on the other; prints what each call ends with.
 *
 * Build: cc -I../../modules -I../../../02-sockets/modules -o streams streams.c ../../modules/await.c ../../modules/heap.c ../../modules/stream.c ../../modules/stream_read.c ../../modules/task_loop.c ../../../02-sockets/modules/monotonic.c $(pkg-config --cflags --libs libevent)
 * Run:   ./streams lines …    the scenes are at the end
 */
#define _GNU_SOURCE 1 /* accept4 */
#include "../../../02-sockets/tests/drivers/descriptors.h"
#include "stream.h"
#include "task_loop.h"
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <event2/buffer.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MANY = 8 * 1024 * 1024 }; /* bytes: more than the kernel holds */

/* A second task in a scene. */
struct helper {
    struct task task;
    struct stream *stream;
    int peer;
    size_t moved; /* bytes that it has sent, or read */
};

struct scene {
    struct task task;
    int ours, peer; /* the two ends; ours is the stream's */
    struct stream stream;
    struct helper helper;
    const char *error;
    size_t before;
    int i;
};

static void say(struct stream *stream, const char *error)
{
    printf("%s '%.*s'\n", error ? error : "got", (int)stream->n,
           stream_data(stream));
}

static void say_error(const char *what, const char *error)
{
    printf("%s: %s\n", what, error ? error : "fine");
}

static void say_whether(const char *what, bool it_is)
{
    printf("%s: %s\n", what, it_is ? "yes" : "no");
}

static void peer_sends(struct scene *self, const char *text)
{
    if (write(self->peer, text, strlen(text)) != (ssize_t)strlen(text))
        err(1, "write");
}

static size_t unread(struct stream *stream)
{
    return evbuffer_get_length(bufferevent_get_input(stream->bev));
}

static size_t owed(struct stream *stream)
{
    return evbuffer_get_length(bufferevent_get_output(stream->bev));
}

/* The peer sends what is taken without a wait, up to `most` bytes. */
static size_t peer_floods(int peer, size_t most)
{
    static const char bytes[65536];
    size_t sent = 0;
    ssize_t n = 1;

    while (n > 0 && sent < most) {
        n = send(peer, bytes,
                 most - sent < sizeof bytes ? most - sent : sizeof bytes,
                 MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += n > 0 ? (size_t)n : 0;
    }
    return sent;
}

/* The peer reads what is there. */
static size_t peer_reads(int peer)
{
    static char bytes[65536];
    size_t got = 0;
    ssize_t n;

    while ((n = recv(peer, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        got += (size_t)n;
    return got;
}

static const char *peer_sees(int peer)
{
    char byte;
    ssize_t n = recv(peer, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

    return n == 0 ? "EOF" : n > 0 ? "bytes" : strerror(errno);
}

/* A peer that closes with bytes unread resets; and one that lingers so. */
static void peer_resets(struct scene *self)
{
    const struct linger now = {1, 0};

    setsockopt(self->peer, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(self->peer);
    self->peer = -1;
}

/* --- Reading ------------------------------------------------------------ */

static void lines(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    peer_sends(self, "one\ntwo\n\nla");
    for (self->i = 0; self->i < 3; self->i++) {
        AWAIT(me, stream_read_line(me, &self->stream));
        printf("%zu ", self->stream.n);
        say(&self->stream, NULL);
    }
    peer_sends(self, "st");
    shutdown(self->peer, SHUT_WR);
    AWAIT(me, stream_read_line(me, &self->stream));
    say(&self->stream, NULL);
    AWAIT(me, stream_read_line(me, &self->stream));
    say(&self->stream, NULL);
    TASK_END(me);
}

static void until(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    peer_sends(self, "a-b-");
    AWAIT_CATCH(me, self->error,
                task_within(me, 10 * TASK_MS,
                            stream_read_until(me, &self->stream, "--")));
    say(&self->stream, self->error);
    peer_sends(self, "-c-"); /* the separator comes in two parts */
    AWAIT(me, stream_read_until(me, &self->stream, "--"));
    say(&self->stream, NULL);
    shutdown(self->peer, SHUT_WR);
    AWAIT_CATCH(me, self->error, stream_read_until(me, &self->stream, "--"));
    say(&self->stream, self->error);
    AWAIT(me, stream_read(me, &self->stream, 100));
    say(&self->stream, NULL);
    TASK_END(me);
}

static void exactly(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    peer_sends(self, "12345");
    AWAIT(me, stream_read_exactly(me, &self->stream, 3));
    say(&self->stream, NULL);
    shutdown(self->peer, SHUT_WR);
    AWAIT_CATCH(me, self->error, stream_read_exactly(me, &self->stream, 3));
    say(&self->stream, self->error);
    AWAIT(me, stream_read(me, &self->stream, 1));
    say(&self->stream, NULL);
    AWAIT(me, stream_read(me, &self->stream, 100));
    say(&self->stream, NULL);
    AWAIT(me, stream_read(me, &self->stream, 100));
    say(&self->stream, NULL);
    TASK_END(me);
}

/* Lines at the limit and above it, and one that never ends. */
static void limit(struct task *me)
{
    struct scene *self = (struct scene *)me;
    static const char *const sent[] = {"1234567\n", "12345678\n", "12345678"};

    TASK_BEGIN(me);
    self->stream.limit = 8;
    for (self->i = 0; self->i < 3; self->i++) {
        peer_sends(self, sent[self->i]);
        AWAIT_CATCH(me, self->error, stream_read_line(me, &self->stream));
        say(&self->stream, self->error);
        if (!self->error)
            continue;
        AWAIT(me, stream_read(me, &self->stream, 9));
        say(&self->stream, NULL);
    }
    peer_floods(self->peer, 100000);
    AWAIT(me, stream_read_exactly(me, &self->stream, 100000));
    printf("exactly: %zu\n", self->stream.n);
    TASK_END(me);
}

/* libevent reads 4 KiB at a time; a stream all that is there. */
static void large(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    peer_floods(self->peer, 16384);
    AWAIT(me, stream_read(me, &self->stream, 100000));
    printf("at once: %zu\n", self->stream.n);
    TASK_END(me);
}

/* What is not read stays in the kernel, and the peer stands still. */
static void bound(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    for (self->i = 0; self->i < 20; self->i++) {
        self->before += peer_floods(self->peer, MANY);
        AWAIT(me, task_sleep(me, TASK_MS));
    }
    say_whether("sent more than the limit", self->before > STREAM_LIMIT);
    say_whether("kept more", unread(&self->stream) > STREAM_LIMIT + 4096);
    shutdown(self->peer, SHUT_WR);
    do {
        AWAIT(me, stream_read(me, &self->stream, 30000));
        self->before -= self->stream.n;
    } while (self->stream.n > 0);
    say_whether("all of it came", self->before == 0);
    TASK_END(me);
}

static void reader_run(struct task *me)
{
    struct helper *self = (struct helper *)me;

    TASK_BEGIN(me);
    AWAIT(me, stream_read_exactly(me, self->stream, 4));
    say(self->stream, NULL);
    AWAIT(me, task_sleep(me, 0));
    TASK_END(me);
}

static void two_readers(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    task_create(me->loop, &self->helper.task, reader_run, "reader");
    peer_sends(self, "ab");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    AWAIT_CATCH(me, self->error, stream_read(me, &self->stream, 9));
    say_error("second", self->error);
    peer_sends(self, "cd");
    AWAIT(me, task_await(me, &self->helper.task));
    TASK_END(me);
}

/* Cancelled while it waits, it leaves the bytes there; cancelled when it has
 * them, before its turn, it gets them. */
static void cancelled_reader(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    task_create(me->loop, &self->helper.task, reader_run, "reader");
    peer_sends(self, "ab");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    task_cancel(&self->helper.task);
    AWAIT_CATCH(me, self->error, task_await(me, &self->helper.task));
    say_error("reader", self->error);
    AWAIT(me, stream_read(me, &self->stream, 9));
    say(&self->stream, NULL);
    task_create(me->loop, &self->helper.task, reader_run, "reader");
    AWAIT(me, task_sleep(me, 0));
    peer_sends(self, "cdef");
    while (self->stream.n == 0)
        AWAIT(me, task_sleep(me, 0));
    task_cancel(&self->helper.task);
    AWAIT_CATCH(me, self->error, task_await(me, &self->helper.task));
    say_error("reader", self->error);
    TASK_END(me);
}

static void reset_after_bytes(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    peer_sends(self, "last");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    peer_resets(self);
    AWAIT_CATCH(me, self->error, stream_gone(me, &self->stream));
    say_error("gone", self->error);
    for (self->i = 0; self->i < 2; self->i++) {
        AWAIT_CATCH(me, self->error, stream_read(me, &self->stream, 9));
        say(&self->stream, self->error);
    }
    puts(strerror(self->stream.error_number));
    TASK_END(me);
}

/* --- Writing ------------------------------------------------------------ */

static void write_until_above(struct stream *stream, size_t most)
{
    static const char bytes[10000];

    while (owed(stream) <= most)
        stream_write(stream, bytes, sizeof bytes);
}

static void helper_reads(struct task *me)
{
    struct helper *self = (struct helper *)me;

    TASK_BEGIN(me);
    for (;;) {
        self->moved += peer_reads(self->peer);
        AWAIT(me, task_sleep(me, TASK_MS));
    }
    TASK_END(me);
}

/* Up to the high mark a drain does not wait; above, until the low mark. */
static void drain(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    write_until_above(&self->stream, STREAM_HIGH - 10000);
    say_whether("below the mark it waits", !stream_drain(me, &self->stream));
    write_until_above(&self->stream, MANY);
    AWAIT_CATCH(me, self->error,
                task_within(me, 10 * TASK_MS, stream_drain(me, &self->stream)));
    say_error("nothing is taken", self->error);
    say_whether("still owed", owed(&self->stream) > STREAM_HIGH);
    task_create(me->loop, &self->helper.task, helper_reads, "helper");
    AWAIT(me, stream_drain(me, &self->stream));
    say_whether("the low mark", owed(&self->stream) <= STREAM_LOW);
    task_cancel(&self->helper.task);
    TASK_END(me);
}

static void drainer_run(struct task *me)
{
    struct helper *self = (struct helper *)me;

    TASK_BEGIN(me);
    AWAIT(me, stream_drain(me, self->stream));
    TASK_END(me);
}

/* A reset, noticed while a task drains, is kept for all that follow. */
static void write_error(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    write_until_above(&self->stream, MANY);
    task_create(me->loop, &self->helper.task, drainer_run, "drainer");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    AWAIT_CATCH(me, self->error, stream_drain(me, &self->stream));
    say_error("second", self->error);
    peer_resets(self);
    AWAIT_CATCH(me, self->error, task_await(me, &self->helper.task));
    say_error("first", self->error);
    stream_write(&self->stream, "x", 1);
    AWAIT_CATCH(me, self->error, stream_drain(me, &self->stream));
    say_error("next", self->error);
    AWAIT_CATCH(me, self->error, stream_close(me, &self->stream));
    say_error("close", self->error);
    TASK_END(me);
}

static void write_eof(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    write_until_above(&self->stream, MANY);
    self->before = owed(&self->stream);
    stream_write_eof(&self->stream);
    self->helper.moved = 0;
    while (strcmp(peer_sees(self->peer), "EOF") != 0) {
        self->helper.moved += peer_reads(self->peer);
        AWAIT(me, task_sleep(me, TASK_MS));
    }
    say_whether("all before EOF", self->helper.moved >= self->before);
    peer_sends(self, "and back");
    AWAIT(me, stream_read(me, &self->stream, 9));
    say(&self->stream, NULL);
    TASK_END(me);
}

/* --- The end ------------------------------------------------------------ */

static void watcher_run(struct task *me)
{
    struct helper *self = (struct helper *)me;
    const char *error;

    TASK_BEGIN(me);
    AWAIT_CATCH(me, error, stream_gone(me, self->stream));
    say_error("gone", error);
    TASK_END(me);
}

static void gone(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    task_create(me->loop, &self->helper.task, watcher_run, "watcher");
    peer_sends(self, "not yet read");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    say_whether("too early", task_done(&self->helper.task));
    AWAIT_CATCH(me, self->error, stream_gone(me, &self->stream));
    say_error("second", self->error);
    close(self->peer);
    self->peer = -1;
    AWAIT(me, task_await(me, &self->helper.task));
    AWAIT(me, stream_read(me, &self->stream, 99));
    say(&self->stream, NULL);
    AWAIT(me, stream_read(me, &self->stream, 99));
    say(&self->stream, NULL);
    TASK_END(me);
}

static void stop(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    task_create(me->loop, &self->helper.task, reader_run, "reader");
    peer_sends(self, "th");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    stream_stop(&self->stream);
    AWAIT_CATCH(me, self->error, task_await(me, &self->helper.task));
    say_error("reader", self->error);
    peer_sends(self, "too late");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    AWAIT(me, stream_read(me, &self->stream, 9));
    say(&self->stream, NULL);
    AWAIT(me, stream_read(me, &self->stream, 9));
    say(&self->stream, NULL);
    stream_write(&self->stream, "answer", 6);
    AWAIT(me, task_within(me, TASK_SECOND, stream_close(me, &self->stream)));
    say_whether("open", self->stream.bev);
    TASK_END(me);
}

static void closer_run(struct task *me)
{
    struct helper *self = (struct helper *)me;

    TASK_BEGIN(me);
    AWAIT(me, stream_close(me, self->stream));
    puts("closed");
    TASK_END(me);
}

/* The peer reads late, and there is input unread: all arrives, without a reset,
 * and the stream closes when the peer does. */
static void polite_close(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    peer_floods(self->peer, 50000);
    write_until_above(&self->stream, MANY);
    self->before = owed(&self->stream);
    task_create(me->loop, &self->helper.task, closer_run, "closer");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    peer_floods(self->peer, 50000);
    while (strcmp(peer_sees(self->peer), "EOF") != 0) {
        self->helper.moved += peer_reads(self->peer);
        AWAIT(me, task_sleep(me, TASK_MS));
    }
    say_whether("all came", self->helper.moved >= self->before);
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    say_whether("closed before the peer", task_done(&self->helper.task));
    close(self->peer);
    self->peer = -1;
    AWAIT(me, task_await(me, &self->helper.task));
    TASK_END(me);
}

/* A peer that sends without end after our EOF is cut off. */
static void endless_peer(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    task_create(me->loop, &self->helper.task, closer_run, "closer");
    while (!task_done(&self->helper.task)) {
        self->before += peer_floods(self->peer, 100000);
        AWAIT(me, task_sleep(me, TASK_MS));
    }
    say_whether("cut off early", self->before <= 16 * 1024 * 1024);
    AWAIT(me, task_await(me, &self->helper.task));
    TASK_END(me);
}

/* Nothing is taken: the close waits, until it is interrupted. */
static void interrupted_close(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    write_until_above(&self->stream, MANY);
    AWAIT_CATCH(me, self->error,
                task_within(me, 10 * TASK_MS, stream_close(me, &self->stream)));
    say_error("close", self->error);
    say_whether("open", self->stream.bev);
    AWAIT_CATCH(me, self->error, stream_close(me, &self->stream));
    say_error("again", self->error);
    TASK_END(me);
}

/* What is owed is lost when the peer resets meanwhile. */
static void failed_close(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    write_until_above(&self->stream, MANY);
    task_create(me->loop, &self->helper.task, closer_run, "closer");
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    AWAIT_CATCH(me, self->error, stream_close(me, &self->stream));
    say_error("second", self->error);
    peer_resets(self);
    AWAIT_CATCH(me, self->error, task_await(me, &self->helper.task));
    say_error("close", self->error);
    TASK_END(me);
}

/* Closed under the tasks that wait for it. */
static void close_under(struct task *me)
{
    struct scene *self = (struct scene *)me;

    TASK_BEGIN(me);
    task_create(me->loop, &self->helper.task, reader_run, "reader");
    AWAIT(me, task_sleep(me, 0));
    shutdown(self->peer, SHUT_WR); /* not yet seen */
    stream_abort(&self->stream);
    AWAIT_CATCH(me, self->error, task_await(me, &self->helper.task));
    say_error("reader", self->error);
    AWAIT_CATCH(me, self->error, stream_read(me, &self->stream, 9));
    say_error("read", self->error);
    stream_write(&self->stream, "x", 1);
    stream_write_eof(&self->stream);
    stream_stop(&self->stream);
    AWAIT_CATCH(me, self->error, stream_drain(me, &self->stream));
    say_error("drain", self->error);
    AWAIT_CATCH(me, self->error, stream_gone(me, &self->stream));
    say_error("gone", self->error);
    AWAIT_CATCH(me, self->error, stream_close(me, &self->stream));
    say_error("close", self->error);
    AWAIT(me, task_sleep(me, 5 * TASK_MS));
    printf("the peer sees: %s\n", peer_sees(self->peer));
    TASK_END(me);
}

/* --- The stage ---------------------------------------------------------- */

static const struct {
    const char *name;
    void (*play)(struct task *me);
} scenes[] = {
    {"lines", lines},
    {"until", until},
    {"exactly", exactly},
    {"limit", limit},
    {"large", large},
    {"bound", bound},
    {"two_readers", two_readers},
    {"cancelled_reader", cancelled_reader},
    {"reset_after_bytes", reset_after_bytes},
    {"drain", drain},
    {"write_error", write_error},
    {"write_eof", write_eof},
    {"gone", gone},
    {"stop", stop},
    {"polite_close", polite_close},
    {"endless_peer", endless_peer},
    {"interrupted_close", interrupted_close},
    {"failed_close", failed_close},
    {"close_under", close_under},
};

/* The two ends of a connection over the loopback; ours does not block. */
static void connect_both(struct scene *scene)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    scene->peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || scene->peer < 0 || bind(listener, any, length) < 0 ||
        listen(listener, 1) < 0 || getsockname(listener, any, &length) < 0 ||
        connect(scene->peer, any, length) < 0)
        err(1, "cannot connect");
    scene->ours = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (scene->ours < 0)
        err(1, "accept");
    close(listener);
}

static int play(struct scene *scene, void (*run)(struct task *me))
{
    struct event_base *base = event_base_new();
    struct task_loop loop;
    int status;

    if (!base || task_loop_init(&loop, base) < 0)
        errx(1, "no loop");
    *scene = (struct scene){0};
    connect_both(scene);
    if (stream_init(&scene->stream, &loop, scene->ours) < 0)
        errx(1, "no stream");
    scene->helper.stream = &scene->stream;
    scene->helper.peer = scene->peer;
    task_create(&loop, &scene->task, run, "scene");
    status = task_run(&loop, &scene->task);
    stream_abort(&scene->stream);
    if (scene->peer >= 0)
        close(scene->peer);
    task_loop_free(&loop);
    event_base_free(base);
    return status;
}

int main(int argc, char **argv)
{
    const int before = count_descriptors();
    struct scene scene;
    int status = 0;

    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        for (size_t k = 0; k < sizeof scenes / sizeof scenes[0]; k++) {
            if (strcmp(argv[i], scenes[k].name) == 0)
                status |= play(&scene, scenes[k].play);
        }
    }
    libevent_global_shutdown();
    if (count_descriptors() != before)
        printf("descriptors left: %d\n", count_descriptors() - before);
    return status ? 1 : 0;
}
