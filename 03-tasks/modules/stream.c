/* stream.c — a connection for tasks on a bufferevent; stream.h is the manual,
 * and stream_read.c the half that reads.
 *
 * The callbacks of the bufferevent run no task: they note what has happened,
 * and end the waits that this answers. There are four waits, one task in each.
 */
#include "monotonic.h"
#include "stream_read.h"
#include <errno.h>
#include <event2/buffer.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

const char STREAM_LOST[] = "connection lost";
const char STREAM_CLOSED[] = "the stream is closed";
const char STREAM_TAKEN[] = "another task waits for this stream";

enum {
    DISCARD_MAX = 1024 * 1024, /* bytes thrown away before we cut it short */
};
static const struct timeval close_timeout = {5, 0};
static const struct timeval flush_timeout = {60, 0};

static struct evbuffer *input(const struct stream *stream)
{
    return bufferevent_get_input(stream->bev);
}

static size_t unread(const struct stream *stream)
{
    return evbuffer_get_length(input(stream));
}

static size_t owed(const struct stream *stream)
{
    return evbuffer_get_length(bufferevent_get_output(stream->bev));
}

static void wake(struct task_wait *wait, const char *error)
{
    struct task *waiter = wait->waiter;

    wait->waiter = NULL;
    if (waiter)
        task_resume(waiter, error);
}

/* Closes, with that outcome; nothing of the stream's is called after this. */
static void close_now(struct stream *stream, const char *error)
{
    bufferevent_free(stream->bev);
    stream->bev = NULL;
    stream->error = error;
    stream->n = 0;
    wake(&stream->closer, error);
    wake(&stream->reader, STREAM_CLOSED);
    wake(&stream->drainer, STREAM_CLOSED);
    wake(&stream->watcher, STREAM_CLOSED);
}

/* --- Writing ------------------------------------------------------------ */

/* Broken, for that reason: the reader gets what is left, all others the error. */
static void fail(struct stream *stream, const char *error)
{
    if (!stream->error)
        stream->error = error;
    if (stream->closing) {
        close_now(stream, owed(stream) > 0 ? stream->error : NULL);
        return;
    }
    stream_look_for_reader(stream);
    wake(&stream->drainer, stream->error);
    wake(&stream->watcher, stream->error);
}

/* A write does not report a lack of memory for its event: ask for that again. */
void stream_write(struct stream *stream, const void *bytes, size_t n)
{
    if (!stream->bev || stream->closing || stream->error || n == 0)
        return;
    if (bufferevent_write(stream->bev, bytes, n) < 0 ||
        bufferevent_enable(stream->bev, EV_WRITE) < 0)
        fail(stream, TASK_NO_MEMORY);
}

bool stream_drain(struct task *me, struct stream *stream)
{
    if (!stream->bev || stream->closing)
        return task_ready(me, STREAM_CLOSED);
    if (stream->error || owed(stream) <= STREAM_HIGH)
        return task_ready(me, stream->error);
    if (stream->drainer.waiter)
        return task_ready(me, STREAM_TAKEN);
    return task_wait_on(me, &stream->drainer);
}

static void half_close_if_due(struct stream *stream)
{
    if (stream->write_eof && owed(stream) == 0)
        (void)shutdown(bufferevent_getfd(stream->bev), SHUT_WR);
}

void stream_write_eof(struct stream *stream)
{
    if (!stream->bev || stream->closing || stream->error)
        return;
    stream->write_eof = true;
    half_close_if_due(stream);
}

/* --- The end ------------------------------------------------------------ */

bool stream_gone(struct task *me, struct stream *stream)
{
    if (!stream->bev || stream->closing)
        return task_ready(me, STREAM_CLOSED);
    if (stream->eof || stream->error)
        return task_ready(me, stream->error);
    if (stream->watcher.waiter)
        return task_ready(me, STREAM_TAKEN);
    if (!stream_read_on(stream))
        return task_ready(me, TASK_NO_MEMORY);
    return task_wait_on(me, &stream->watcher);
}

/* Whether the peer's kernel has all that was sent. */
static bool all_confirmed(int fd)
{
    int unconfirmed = 0;

    (void)ioctl(fd, SIOCOUTQ, &unconfirmed);
    return unconfirmed == 0;
}

/* graceful_close of 02-sockets/server.c: once all is sent, shuts our half and
 * waits for the peer's. A stopped one waits for the confirmation only. */
static void close_when_sent(struct stream *stream)
{
    int fd = bufferevent_getfd(stream->bev);

    if (owed(stream) > 0)
        return;
    if (stream->eof || (stream->stopped && all_confirmed(fd)) ||
        (!stream->half_closed && shutdown(fd, SHUT_WR) < 0)) {
        close_now(stream, NULL);
        return;
    }
    if (stream->half_closed)
        return;
    stream->half_closed = true;
    stream->close_deadline = monotonic_ms() + close_timeout.tv_sec * 1000;
    bufferevent_set_timeouts(stream->bev, &close_timeout, NULL);
    if (bufferevent_enable(stream->bev, EV_READ) < 0)
        close_now(stream, NULL);
}

/* Throws input away, within bounds; a stop has a bound of its own for bytes. */
static void discard(struct stream *stream)
{
    bool late = stream->half_closed && monotonic_ms() >= stream->close_deadline;

    stream->discarded += unread(stream);
    evbuffer_drain(input(stream), unread(stream));
    if (late || (stream->discarded > DISCARD_MAX && !stream->stopped))
        close_now(stream, owed(stream) > 0 ? STREAM_LOST : NULL);
    else
        close_when_sent(stream);
}

bool stream_close(struct task *me, struct stream *stream)
{
    if (!stream->bev)
        return task_ready(me, NULL);
    if (stream->closing)
        return task_ready(me, STREAM_TAKEN);
    stream->closing = true;
    stream->discarded = 0;
    wake(&stream->reader, STREAM_CLOSED);
    wake(&stream->drainer, STREAM_CLOSED);
    wake(&stream->watcher, STREAM_CLOSED);
    bufferevent_set_timeouts(stream->bev, NULL, &flush_timeout);
    if (stream->error)
        fail(stream, stream->error);
    else
        discard(stream);
    if (!stream->bev)
        return task_ready(me, stream->error);
    return task_wait_on(me, &stream->closer);
}

void stream_abort(struct stream *stream)
{
    if (stream->bev)
        close_now(stream, STREAM_CLOSED);
}

void stream_stop(struct stream *stream)
{
    if (!stream->bev)
        return;
    stream->stopped = true;
    if (stream->closing) {
        close_when_sent(stream);
        return;
    }
    bufferevent_disable(stream->bev, EV_READ);
    stream_look_for_reader(stream);
}

/* --- What the bufferevent reports --------------------------------------- */

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct stream *stream = arg;

    (void)bev;
    if (stream->closing)
        discard(stream);
    else
        stream_on_input(stream);
}

static void on_written(struct bufferevent *bev, void *arg)
{
    struct stream *stream = arg;

    (void)bev;
    if (stream->closing) {
        close_when_sent(stream);
        return;
    }
    half_close_if_due(stream);
    wake(&stream->drainer, NULL);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct stream *stream = arg;
    int error_number = errno;

    (void)bev;
    if (what & BEV_EVENT_EOF) {
        stream->eof = true;
        stream_look_for_reader(stream);
        wake(&stream->watcher, NULL);
        if (stream->closing)
            discard(stream);
    } else if (what & BEV_EVENT_TIMEOUT) { /* only when closing */
        close_now(stream, owed(stream) > 0 ? TASK_TIMED_OUT : NULL);
    } else {
        stream->error_number = error_number;
        fail(stream, error_number == ENOMEM ? TASK_NO_MEMORY : STREAM_LOST);
    }
}

/* --- The beginning ------------------------------------------------------ */

static bool interrupt(struct task_wait *wait)
{
    wait->waiter = NULL;
    return true;
}

static bool interrupt_close(struct task_wait *wait)
{
    struct stream *stream =
        (void *)((char *)wait - offsetof(struct stream, closer));

    wait->waiter = NULL;
    stream_abort(stream);
    return true;
}

int stream_init(struct stream *stream, struct task_loop *loop,
                evutil_socket_t fd)
{
    int on = 1;

    *stream = (struct stream){
        .limit = STREAM_LIMIT,
        .reader = {.kind = "a stream's input", .interrupt = interrupt},
        .drainer = {.kind = "a stream's output to be taken",
                    .interrupt = interrupt},
        .watcher = {.kind = "a stream's end", .interrupt = interrupt},
        .closer = {.kind = "a stream to close", .interrupt = interrupt_close}};
    stream->bev = bufferevent_socket_new(loop->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!stream->bev) {
        close(fd);
        return -1;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bufferevent_setcb(stream->bev, on_readable, on_written, on_event, stream);
    bufferevent_setwatermark(stream->bev, EV_WRITE, STREAM_LOW, 0);
    if (bufferevent_enable(stream->bev, EV_READ | EV_WRITE) == 0)
        return 0;
    stream_abort(stream);
    return -1;
}
