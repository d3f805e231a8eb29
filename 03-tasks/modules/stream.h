/* stream — a TCP connection that a task reads and writes: asyncio's
 * StreamReader and StreamWriter in one.
 *
 *     struct client {
 *         struct task task;                       must come first
 *         struct stream stream;                   zeroed; it must not move
 *     };
 *
 *     for (;;) {                                  stream = &self->stream, above
 *         AWAIT(me, stream_read_line(me, stream));
 *         if (stream->n == 0)
 *             break;                              EOF
 *         stream_write(stream, stream_data(stream), stream->n);
 *         AWAIT(me, stream_drain(me, stream));
 *     }
 *     TASK_FINALLY(me);
 *     AWAIT(me, stream_close(me, stream));
 *
 * The connection comes from stream_connect.h, from serve.h, or is a descriptor
 * of your own (stream_init). One task may read while another writes.
 *
 * Every wait here obeys task_cancel and task_within. A read, a drain or a
 * stream_gone that is interrupted has done nothing: no byte is lost, and the
 * next call continues. An interrupted stream_close closes at once.
 *
 * Ignore SIGPIPE before all else, as Python does at its start (serve does it,
 * too): otherwise a write to a peer that has closed ends the process.
 *
 * What it leaves out. TLS: bufferevent_openssl_socket_new in stream_init would
 * give it, but then read_rest in stream_read.c must go: it reads from the
 * socket itself.
 *
 * Idea: asyncio's streams; libevent's bufferevent, and what 02-sockets/server.c
 * adds to one. Compile stream.c and stream_read.c with what await.h names, and
 * with 02-sockets/modules/monotonic.c.
 */
#ifndef STREAM_H
#define STREAM_H

#include "await.h"
#include <event2/bufferevent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const char STREAM_LOST[]; /* ConnectionError: reset, unreachable */
extern const char
    STREAM_INCOMPLETE[];             /* IncompleteReadError: EOF before that */
extern const char STREAM_TOO_LONG[]; /* LimitOverrunError */
extern const char STREAM_CLOSED[];   /* we have closed it, or never opened */
extern const char STREAM_TAKEN[];    /* another task waits for the same */

enum {
    STREAM_LIMIT = 64 * 1024, /* bytes: what `limit` is at first */
    STREAM_HIGH = 64 * 1024,  /* bytes owed to the peer: drain waits above, */
    STREAM_LOW = 16 * 1024,   /* until this is left; asyncio's marks */
};

/* A connection. Its owner is the task that closes it: by stream_close, or by
 * stream_abort. A struct of zeros is a closed one. */
struct stream {
    size_t n;     /* how many bytes the last read got: they are stream_data */
    size_t limit; /* bytes: of a line, and of unread input; yours to change */
    int error_number; /* errno that STREAM_LOST stands for */

    /* The rest is the stream's own. */
    struct task_wait reader, drainer, watcher, closer;
    struct bufferevent *bev; /* owned, and the descriptor with it; or NULL */
    const char *error;       /* what has broken it; or NULL */
    const char *separator;   /* what the reader waits for: this, or `size` */
    size_t size;
    union {
        size_t searched;  /* no separator begins before */
        size_t discarded; /* closing: bytes that were thrown away */
    };
    int64_t close_deadline; /* half-closed: monotonic_ms */
    unsigned want : 2;      /* enum want in stream_read.c */
    bool eof : 1;           /* the peer has sent all it will */
    bool stopped : 1;       /* stream_stop */
    bool write_eof : 1;     /* stream_write_eof */
    bool closing : 1, half_closed : 1;
};

/* Opens a stream on a connected, non-blocking socket (TCP, or a unix socket),
 * which it takes over. Returns 0; without memory closes the socket and returns
 * -1. Replaces what was in the struct: close an open stream first. */
int stream_init(struct stream *stream, struct task_loop *loop,
                evutil_socket_t fd);

/* --- Reading ------------------------------------------------------------
 * A read takes its bytes out of the stream's input when it ends. `stream->n`
 * says how many, and stream_data where. The pointer is good until the next
 * AWAIT; the bytes stay until the next read or the close. So call stream_data
 * anew after another wait, and copy what must outlive a read. Input beyond
 * `limit` stays in the kernel, and the peer has to wait. What came before an
 * EOF or an error is read first. A second task that reads gets STREAM_TAKEN. */

/* await reader.read(most): as soon as there are some bytes, up to `most` (1 at
 * least). n is 0 at EOF. */
TASK_AWAITABLE bool stream_read(struct task *me, struct stream *stream,
                                size_t most);

/* await reader.readexactly(size): may be more than the limit.
 * STREAM_INCOMPLETE if the input ends before; what came can still be read. */
TASK_AWAITABLE bool stream_read_exactly(struct task *me, struct stream *stream,
                                        size_t size);

/* await reader.readuntil(separator): up to it, and with it. `separator` must
 * outlive the wait. Without one within the limit STREAM_TOO_LONG at once;
 * STREAM_INCOMPLETE if the input ends before. Both leave the input as it is. */
TASK_AWAITABLE bool stream_read_until(struct task *me, struct stream *stream,
                                      const char *separator);

/* await reader.readline(): the same with "\n", but at EOF the rest is a line,
 * too. n is 0 when there is none. */
TASK_AWAITABLE bool stream_read_line(struct task *me, struct stream *stream);

/* The bytes of the last read, `n` of them, without a NUL at the end. */
const char *stream_data(struct stream *stream);

/* --- Writing ------------------------------------------------------------ */

/* writer.write: puts a copy in the queue, and never waits. After an error it
 * does nothing: the next stream_drain returns that error. */
void stream_write(struct stream *stream, const void *bytes, size_t n);

/* await writer.drain(): above STREAM_HIGH bytes in the queue, until the peer
 * has taken all but STREAM_LOW. Call it after each write: then no peer costs
 * more. */
TASK_AWAITABLE bool stream_drain(struct task *me, struct stream *stream);

/* writer.write_eof: our half ends when the queue is empty. Reading continues. */
void stream_write_eof(struct stream *stream);

/* --- The end ------------------------------------------------------------ */

/* Until the peer has sent all it will: NULL at its EOF, which may be a
 * half-close of a peer that still waits for its answer; STREAM_LOST if the
 * connection is broken. It takes no bytes, and is for a second task, while the
 * first works on something else: see task_wait_first in group.h. It does not
 * look beyond `limit` bytes of unread input, nor is a peer noticed that resets
 * after its EOF: writing finds it out. */
TASK_AWAITABLE bool stream_gone(struct task *me, struct stream *stream);

/* The reader gets what is there already, and then EOF; stream_close does not
 * wait for a peer that has all of our bytes. This is how a server stops: see
 * serve.h. May be called again, to look at that anew.
 * Idea: StreamReader.feed_eof. */
void stream_stop(struct stream *stream);

/* writer.close() and await writer.wait_closed(): sends what is in the queue,
 * half-closes, and throws away what still comes until the peer closes, too (1
 * MiB and 5 s at most), because a close with input unread is a reset, which can
 * destroy our last bytes on their way. Ends with NULL, or, if bytes in the
 * queue could not be sent, with the error: STREAM_LOST, TASK_NO_MEMORY, or
 * TASK_TIMED_OUT when the peer has taken nothing for a minute. In any case the
 * stream is closed then. Other tasks that wait for it get STREAM_CLOSED. Does
 * nothing to a closed one. */
TASK_AWAITABLE bool stream_close(struct task *me, struct stream *stream);

/* transport.abort: closes at once, without a wait; what is in the queue is
 * lost. Other tasks that wait for it get STREAM_CLOSED. Does nothing to a
 * closed one. The descriptor closes one pass of the loop later, or in
 * event_base_free. */
void stream_abort(struct stream *stream);

#endif
