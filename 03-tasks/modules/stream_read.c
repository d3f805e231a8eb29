/* stream_read.c — reading from a stream; stream.h is the manual.
 *
 * What is read and not yet taken is the bufferevent's input. A read that ends
 * leaves its bytes there, `n` of them at the front; the next one drains them
 * first.
 */
#include "stream_read.h"
#include <event2/buffer.h>
#include <string.h>
#include <sys/socket.h>

const char STREAM_INCOMPLETE[] = "the input ended too early";
const char STREAM_TOO_LONG[] = "the input has no separator within the limit";

enum { READ_MAX = 4096 }; /* bytes: what libevent 2.1 reads at a time */

enum want { SOME, EXACTLY, UNTIL, LINE };

static struct evbuffer *input(const struct stream *stream)
{
    return bufferevent_get_input(stream->bev);
}

static size_t unread(const struct stream *stream)
{
    return evbuffer_get_length(input(stream));
}

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

void stream_look_for_reader(struct stream *stream)
{
    const char *error;

    if (stream->reader.waiter && read_over(stream, &error)) {
        struct task *waiter = stream->reader.waiter;

        stream->reader.waiter = NULL;
        task_resume(waiter, error);
    }
}

/* Above so many bytes of input no more is read. */
static size_t most_unread(const struct stream *stream)
{
    bool larger = stream->reader.waiter && stream->want == EXACTLY &&
                  stream->size > stream->limit;

    return larger ? stream->size : stream->limit;
}

bool stream_read_on(struct stream *stream)
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
    stream->reader.waiter = me; /* the bound depends on it */
    if (stream_read_on(stream))
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

/* libevent 2.1 reads 4 KiB at a time, however much there is. This reads the
 * rest. An EOF or an error the bufferevent finds itself, afterwards. */
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

void stream_on_input(struct stream *stream)
{
    read_rest(stream);
    stream_look_for_reader(stream);
    if (unread(stream) >= most_unread(stream)) /* until stream_read_on */
        bufferevent_disable(stream->bev, EV_READ);
}
