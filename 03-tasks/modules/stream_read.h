/* stream_read — the half of a stream that reads. What a task calls is in
 * stream.h; here is what stream.c calls when something has happened:
 *
 *     stream_on_input(stream);            bytes have come
 *     stream_look_for_reader(stream);     or an EOF, an error, a stop
 *     if (!stream_read_on(stream)) …      more is wanted; no memory
 *
 * Compile stream_read.c with stream.c.
 */
#ifndef STREAM_READ_H
#define STREAM_READ_H

#include "stream.h"

/* The bufferevent has read: reads the rest, which it leaves when there is much,
 * ends the reader's wait if that answers it, and pauses at the limit. */
void stream_on_input(struct stream *stream);

/* Ends the reader's wait if it need not wait any longer. */
void stream_look_for_reader(struct stream *stream);

/* Reads from the peer, unless the input has ended, was stopped, or is at its
 * limit. Returns false without memory. */
bool stream_read_on(struct stream *stream);

#endif
