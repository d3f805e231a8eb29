#!/usr/bin/env bats
# Unsolved fails: lines are lines, however they come in packets
load ../../scripts/checking/exercise_helper

@test "lines are lines, however they come in packets" {
    start_exercise
    peer '
s = connect()
words = [os.urandom(n).hex().encode() for n in (1, 5, 0, 20)]
doing("send a line", "it in reverse")
s.sendall(words[0] + b"\n")
expect(words[0][::-1] + b"\n", read_line(s))
four = b"".join(w + b"\n" for w in words)
doing("send four lines at once: " + show(four), "each of the four in reverse, in order")
s.sendall(four)
for w in words:
    expect(w[::-1] + b"\n", read_line(s))
doing("send a line in three pieces", "one line, in reverse")
for piece in words[1], words[3], b"\n":
    s.sendall(piece)
    settle()
expect((words[1] + words[3])[::-1] + b"\n", read_line(s))'
}

@test "a line of 64 bytes is answered, one of 65 is an error" {
    start_exercise
    peer '
s = connect()
line = os.urandom(32).hex().encode()
doing("send a line of 64 bytes", "it in reverse")
s.sendall(line + b"\n")
expect(line[::-1] + b"\n", read_line(s))
doing("send a short line and one of 65 bytes", "the answer, the error and the end")
s.sendall(b"abc\n" + line + b"x\n")
s.shutdown(socket.SHUT_WR)
expect(b"cba\nerror: line too long\n", read_all(s))'
}

@test "a line that never ends is an error as soon as it is too long" {
    start_exercise
    peer '
s = connect()
doing("send 65 bytes and no newline", "an error at once")
s.sendall(b"x" * 65)
expect(b"error: line too long\n", read_line(s))'
}

@test "the peer gets the error, and no reset, though it goes on sending" {
    start_exercise
    peer '
before = descriptors()
doing("send 200,000 bytes without a newline, then read", "the error and the end of the stream")
for i in range(5):
    s = connect()
    s.sendall(b"x" * 200000)
    settle()
    expect(b"error: line too long\n", read_all(s))
    s.close()
doing("these peers close")
expect_descriptors(before)
s = connect()
doing("send 65 bytes, and 16 MiB after the error", "all of it read and thrown away")
s.sendall(b"x" * 65)
expect(b"error: line too long\n", read_all(s))
before = memory()
throw_at(s, 16)
expect_memory(before, 8192)
s = connect()
doing("another peer sends a line", "it in reverse")
s.sendall(b"abc\n")
expect(b"cba\n", read_line(s))'
    stop_exercise
    expect_status 0
    expect_nothing_left
}

@test "after the peer has half-closed, it gets what it is owed, and the end" {
    start_exercise
    peer '
s = connect(receive_buffer=65536)
doing("send 10,000 lines and half-close, then read", "10,000 lines and the end")
s.settimeout(5 * patience)
lines = [b"%060d" % i for i in range(10000)]
s.sendall(b"\n".join(lines) + b"\n")
s.shutdown(socket.SHUT_WR)
settle()
came = read_all(s)
if came != b"".join(line[::-1] + b"\n" for line in lines):
    wrong("10,000 lines and the end", f"{came.count(10)} lines, then the end; the last: {show(came[-61:])}")
s = connect()
doing("send " + show(b"abc\ndef") + " and half-close", "the one line in reverse, and the end")
s.sendall(b"abc\ndef")
s.shutdown(socket.SHUT_WR)
expect(b"cba\n", read_all(s))'
    stop_exercise
    expect_nothing_left
}
