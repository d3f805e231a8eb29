#!/usr/bin/env bats
# Modules stream and stream_connect: what each call ends with, in drivers/streams.c.

load ../../scripts/lib/test_helper
load ../../scripts/lib/peer

@test "stream: a line ends with a newline, and at EOF the rest is one" {
    drive streams lines
    assert_output "4 got 'one
'
4 got 'two
'
1 got '
'
got 'last'
got ''"
}

@test "stream: a separator is found across two parts; without one before EOF the input stays" {
    drive streams until
    assert_output "timed out ''
got 'a-b--'
the input ended too early ''
got 'c-'"
}

@test "stream: too few bytes for an exact read are an error, and can still be read" {
    drive streams exactly
    assert_output "got '123'
the input ended too early ''
got '4'
got '5'
got ''"
}

@test "stream: a line above the limit is an error at once, and an exact read may be larger" {
    drive streams limit
    assert_output "got '1234567
'
the input has no separator within the limit ''
got '12345678
'
the input has no separator within the limit ''
got '12345678'
exactly: 100000"
}

@test "stream: all that is there is read at once; beyond the limit it stays in the kernel" {
    drive streams large bound
    assert_output "at once: 16384
sent more than the limit: yes
kept more: no
all of it came: yes"
}

@test "stream: a second reader is an error, and a cancelled one loses no byte" {
    drive streams two_readers cancelled_reader
    assert_output "second: another task waits for this stream
got 'abcd'
reader: cancelled
got 'ab'
got 'cdef'
reader: cancelled"
}

@test "stream: what came before a reset is read first" {
    drive streams reset_after_bytes
    assert_output "gone: connection lost
got 'last'
connection lost ''
Connection reset by peer"
}

@test "stream: drain waits above the high mark, until the low one, or its deadline" {
    drive streams drain
    assert_output "below the mark it waits: no
nothing is taken: timed out
still owed: yes
the low mark: yes"
}

@test "stream: an error of a write is the next drain's, and that of the close" {
    drive streams write_error failed_close
    assert_output "second: another task waits for this stream
first: connection lost
next: connection lost
close: connection lost
second: another task waits for this stream
close: connection lost"
}

@test "stream: write_eof comes after what was written, and reading continues" {
    drive streams write_eof
    assert_output "all before EOF: yes
got 'and back'"
}

@test "stream: a second task notices that the peer has gone, and takes no byte" {
    drive streams gone
    assert_output "too early: no
second: another task waits for this stream
gone: fine
got 'not yet read'
got ''"
}

@test "stream: stopped, it gives what is there, then EOF, and closes without the peer" {
    drive streams stop
    assert_output "reader: the input ended too early
got 'th'
got ''
open: no"
}

@test "stream: a close sends all, is no reset, and waits for the peer" {
    drive streams polite_close
    assert_output "all came: yes
closed before the peer: no
closed"
}

@test "stream: a close ends, though the peer sends without end; interrupted, at once" {
    drive streams endless_peer interrupted_close
    assert_output "closed
cut off early: yes
close: timed out
open: no
again: fine"
}

@test "stream: aborted, it wakes its reader, and every call says that it is closed" {
    drive streams close_under
    assert_output "reader: the stream is closed
read: the stream is closed
drain: the stream is closed
gone: the stream is closed
close: fine
the peer sees: EOF"
}

@test "stream_connect: by name, refused, unknown, and too late" {
    start_peer '
s = listen()
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
c.sendall(read_all(c).upper())'
    drive open_stream localhost "$port"
    assert_output "HELLO
descriptors left: 0"
    wait "$server"
    server=''
    drive open_stream 127.0.0.1 "$port"
    assert_output "cannot connect: 'Connection refused'
descriptors left: 0"
    drive open_stream host.invalid 80
    assert_line "cannot connect: 'unknown host'"
    drive open_stream 192.0.2.1 80 0
    assert_output "timed out: ''
descriptors left: 0"
}
