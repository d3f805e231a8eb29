/* stream.c — a connection for tasks on a bufferevent; stream.h is the manual.
 *
 * The callbacks of the bufferevent run no task: they note what has happened, and
 * end the waits that this answers. There are four waits, one task in each.
 */
#include "stream.h"
#include "monotonic.h"
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
const char STREAM_INCOMPLETE[] = "the input ended too early";
const char STREAM_TOO_LONG[] = "the input has no separator within the limit";
const char STREAM_CLOSED[] = "the stream is closed";
const char STREAM_TAKEN[] = "another task waits for this stream";

enum {
    READ_MAX = 4096,           /* bytes: what libevent 2.1 reads at a time */
    DISCARD_MAX = 1024 * 1024, /* bytes thrown away before we cut it short */
};
static const struct timeval close_timeout = {5, 0};
static const struct timeval flush_timeout = {60, 0};

enum want { SOME, EXACTLY, UNTIL, LINE };

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

/* --- Reading ------------------------------------------------------------ */

/* Returns how many bytes answer the reader; 0: more must come. An answer that
 * crosses the limit is found, too. */
static size_t answer(struct stream *stream)
{
    size_t there = unread(stream), length;
    struct evbuffer_ptr from, found;

    if (stream->want == SOME) {
        there = evbuffer_get_contiguous_space(input(stream));
        return there < stream->size ? there : stream->size;
    }
    if (stream->want == EXACTLY)
        return there < stream->size ? 0 : stream->size;
    length = strlen(stream->separator);
    if (there < length ||
        evbuffer_ptr_set(input(stream), &from, stream->searched,
                         EVBUFFER_PTR_SET) < 0)
        return 0;
    found = evbuffer_search(input(stream), stream->separator, length, &from);
    if (found.pos >= 0)
        return (size_t)found.pos + length;
    stream->searched = there - length + 1;
    return 0;
}

/* Takes n bytes for the reader, in one piece. */
static const char *take(struct stream *stream, size_t n)
{
    if (n > 0 && !evbuffer_pullup(input(stream), (ev_ssize_t)n))
        return TASK_NO_MEMORY;
    stream->n = n;
    return NULL;
}

/* Returns true if the reader need not wait any longer, for that reason. */
static bool read_over(struct stream *stream, const char **error)
{
    size_t n = answer(stream), there = unread(stream);

    *error = NULL;
    if (stream->separator &&
        (n > stream->limit || (n == 0 && there >= stream->limit)))
        *error = STREAM_TOO_LONG;
    else if (n > 0)
        *error = take(stream, n);
    else if (stream->error)
        *error = stream->error;
    else if (!stream->eof && !stream->stopped)
        return false;
    else if (stream->want == LINE)
        *error = take(stream, there);
    else if (stream->want != SOME)
        *error = STREAM_INCOMPLETE;
    return true;
}

static void look_for_reader(struct stream *stream)
{
    const char *error;

    if (stream->reader.waiter && read_over(stream, &error))
        wake(&stream->reader, error);
}

/* Above so many bytes of input no more is read. */
static size_t most_unread(const struct stream *stream)
{
    bool larger = stream->reader.waiter && stream->want == EXACTLY &&
                  stream->size > stream->limit;

    return larger ? stream->size : stream->limit;
}

/* Reads from the peer, unless it was stopped, has ended, or enough is there.
 * Returns false without memory. */
static bool read_on(struct stream *stream)
{
    return stream->eof || stream->stopped || stream->error ||
           unread(stream) >= most_unread(stream) ||
           (bufferevent_get_enabled(stream->bev) & EV_READ) ||
           bufferevent_enable(stream->bev, EV_READ) == 0;
}

static bool read_begin(struct task *me, struct stream *stream, enum want want,
                       size_t size, const char *separator)
{
    const char *error;

    if (!stream->bev || stream->closing)
        return task_ready(me, STREAM_CLOSED);
    if (stream->reader.waiter)
        return task_ready(me, STREAM_TAKEN);
    evbuffer_drain(input(stream), stream->n);
    stream->n = stream->searched = 0;
    stream->want = want & 3U;
    stream->size = size;
    stream->separator = separator;
    if (read_over(stream, &error))
        return task_ready(me, error);
    stream->reader.waiter = me; /* read_on asks what it waits for */
    if (read_on(stream))
        return task_wait_on(me, &stream->reader);
    stream->reader.waiter = NULL;
    return task_ready(me, TASK_NO_MEMORY);
}

bool stream_read(struct task *me, struct stream *stream, size_t most)
{
    return read_begin(me, stream, SOME, most, NULL);
}

bool stream_read_exactly(struct task *me, struct stream *stream, size_t size)
{
    return read_begin(me, stream, EXACTLY, size, NULL);
}

bool stream_read_until(struct task *me, struct stream *stream,
                       const char *separator)
{
    return read_begin(me, stream, UNTIL, 0, separator);
}

bool stream_read_line(struct task *me, struct stream *stream)
{
    return read_begin(me, stream, LINE, 0, "\n");
}

const char *stream_data(struct stream *stream)
{
    if (!stream->bev || stream->n == 0)
        return "";
    return (const char *)evbuffer_pullup(input(stream), (ev_ssize_t)stream->n);
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
    look_for_reader(stream);
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
    if (!read_on(stream))
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
    look_for_reader(stream);
}

/* --- What the bufferevent reports --------------------------------------- */

/* libevent 2.1 reads 4 KiB at a time, however much there is. This reads the rest.
 * An EOF or an error the bufferevent finds itself, afterwards. */
static void read_rest(struct stream *stream)
{
    size_t there = unread(stream), most = most_unread(stream);
    struct evbuffer_iovec room;
    ssize_t n = 0;

    if (there < READ_MAX || there >= most)
        return;
    evbuffer_unfreeze(input(stream), 0); /* else only the bufferevent may */
    if (evbuffer_reserve_space(input(stream), (ev_ssize_t)(most - there), &room,
                               1) == 1) {
        n = recv(bufferevent_getfd(stream->bev), room.iov_base, most - there,
                 0);
        room.iov_len = n > 0 ? (size_t)n : 0;
        evbuffer_commit_space(input(stream), &room, 1);
    }
    evbuffer_freeze(input(stream), 0);
}

static void on_readable(struct bufferevent *bev, void *arg)
{
    struct stream *stream = arg;

    if (stream->closing) {
        discard(stream);
        return;
    }
    read_rest(stream);
    look_for_reader(stream);
    if (unread(stream) >= most_unread(stream)) /* until read_on */
        bufferevent_disable(bev, EV_READ);
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
        look_for_reader(stream);
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
