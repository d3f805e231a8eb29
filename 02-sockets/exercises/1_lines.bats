#!/usr/bin/env bats
# Unsolved fails: lines are lines, however they come in packets
load ../../scripts/checking/exercise_helper

@test "lines are lines, however they come in packets" {
    start_exercise
    peer '
def word(size):
    return random.randbytes(size).hex().encode()
s, other = connect(), connect()
words = [word(2), b"\r", word(3) + b"\0" + word(3), b"", word(2) + b"\r", b"\0", word(32)]
doing("send a line: " + show(words[0] + b"\n"), "it in reverse")
s.sendall(words[0] + b"\n")
expect(words[0][::-1] + b"\n", read_line(s))
lines = b"".join(w + b"\n" for w in words)
doing("send seven lines at once: " + show(lines), "each of the seven in reverse, in order")
s.sendall(lines)
for w in words:
    expect(w[::-1] + b"\n", read_line(s))
doing("send a line in three pieces, and another peer sends one meanwhile", "one line for each, in reverse")
for piece in words[0], words[2], b"\n":
    s.sendall(piece)
    settle()
    other.sendall(piece[:1])
    settle()
expect((words[0] + words[2])[::-1] + b"\n", read_line(s))
expect((words[0][:1] + words[2][:1])[::-1] + b"\n", read_line(other))'
}

@test "a line of 64 bytes is answered, one of 65 is an error" {
    start_exercise
    peer '
s = connect()
line = random.randbytes(32).hex().encode()
doing("send a line of 64 bytes", "it in reverse")
s.sendall(line + b"\n")
expect(line[::-1] + b"\n", read_line(s))
doing("send 64 bytes, and wait", "nothing yet")
s.sendall(line)
expect("nothing yet", "nothing yet" if is_silent(s, 0.1) else "something")
doing("send a newline after these 64 bytes", "the 64 in reverse")
s.sendall(b"\n")
expect(line[::-1] + b"\n", read_line(s))
for after, words in (
    (b"x\n", "a line of 65"),
    (b"x\ndef\n" + line + b"x\n", "lines of 65, 3 and 65"),
    (b"x", "65 without a newline"),
):
    doing("send a line of 3 bytes, then " + words + ", and half-close", "the answer, the error and the end")
    s = connect()
    s.sendall(b"abc\n" + line + after)
    s.shutdown(socket.SHUT_WR)
    expect(b"cba\nerror: line too long\n", read_all(s))'
}

@test "a line that never ends is an error as soon as it is too long" {
    start_exercise
    peer '
s, other = connect(), connect()
other.sendall(b"abc")
doing("send 65 bytes and no newline, in two pieces", "an error at once, and the end")
s.sendall(b"x" * 60)
settle()
s.sendall(b"x" * 5)
expect(b"error: line too long\n", read_all(s))
doing("another peer, which sent half a line before, sends the rest", "its line in reverse")
other.sendall(b"\n")
expect(b"cba\n", read_line(other))'
}

@test "the peer gets the error, and no reset, even if it continues to send" {
    start_exercise
    peer '
settle()
before = descriptors()
doing("send 200,000 bytes without a newline, then read", "the error and the end of the stream")
s = connect()
s.sendall(b"x" * 200000)
settle()
expect(b"error: line too long\n", read_all(s))
doing("send 16 MiB after the error", "all of it read and thrown away")
had = memory()
throw_at(s, 16)
expect_memory(had, 8192)
doing("send a line too long, read the error and the end, send a line, half-close", "no answer, and no reset")
peers = [connect() for i in range(70)]
for i, s in enumerate(peers):
    s.sendall(b"x" * 66)
    expect(b"error: line too long\n", read_all(s))
    s.sendall(b"abc\n")
    s.shutdown(socket.SHUT_WR)
settle()
for s in peers:
    expect(b"", read_all(s))
doing("send a line too long, read the error and the end, reset")
for _ in range(3):
    s = connect()
    s.sendall(b"x" * 65)
    expect(b"error: line too long\n", read_all(s))
    reset(s)
s = peers = None
expect_descriptors(before)
doing("another peer sends a line", "it in reverse")
s = connect()
s.sendall(b"abc\n")
expect(b"cba\n", read_line(s))
doing("stop it while a peer has its error, one a half-sent line, one neither")
peers = [connect() for i in range(3)]
for s, line in zip(peers, (b"x" * 65, b"abc", b"")):
    s.sendall(line)
stop()'
    await_exercise
    expect_status 0
    expect_nothing_left
}

@test "after the peer has half-closed, it gets what it is owed, and the end" {
    start_exercise
    peer '
settle()
before = descriptors()
lines = [b"%060d" % i for i in range(3000)]
slow, vanishing = connect(receive_buffer=16384), connect(receive_buffer=16384)
for s in slow, vanishing:
    s.settimeout(5 * patience)
    send_meanwhile(s, b"\n".join(lines) + b"\n")
half, wrong_one = connect(), connect()
half.sendall(b"abc")
wrong_one.sendall(b"x" * 65)
doing("send 3,000 lines, half-close, and do not read for a second", "it sleeps meanwhile")
is_silent(half, 0.6)
expect_asleep(0.6)
doing("read at last", "3,000 lines in reverse, and the end")
came = read_all(slow)
if came != b"".join(line[::-1] + b"\n" for line in lines):
    wrong("3,000 lines and the end", f"{came.count(10)} lines, then the end; the last: {show(came[-61:])}")
doing("send the rest of a line a second later", "it in reverse")
half.sendall(b"def\n")
expect(b"fedcba\n", read_line(half))
for sent, answer in (b"abc\ndef", b"cba\n"), (b"def", b""), (b"\n", b"\n"), (b"", b""):
    doing("send " + show(sent) + " and half-close", "answers to whole lines, and the end")
    s = connect()
    s.sendall(sent)
    s.shutdown(socket.SHUT_WR)
    expect(answer, read_all(s))
doing("peers reset: one that is owed lines, one with half a line, one after its error")
half.sendall(b"abc")
for s in vanishing, half, wrong_one:
    reset(s)
slow = s = None
expect_descriptors(before)'
    stop_exercise
    expect_nothing_left
}
