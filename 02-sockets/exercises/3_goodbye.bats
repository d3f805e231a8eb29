#!/usr/bin/env bats
# Unsolved fails: who half-closes gets all lines, and then the end
load ../../scripts/checking/exercise_helper

@test "who half-closes gets all lines, and then the end" {
    start_exercise
    peer '
for n in 2, 100 + ord(os.urandom(1)), 15000:
    s = connect(receive_buffer=65536)
    lines = [os.urandom(16).hex().encode() + b"\n" for i in range(n)]
    doing(f"send {n} lines and half-close, then read", f"{n} lines in reverse order, then the end")
    s.sendall(b"".join(lines))
    s.shutdown(socket.SHUT_WR)
    settle()
    got = read_all(s)
    if got != b"".join(lines[::-1]):
        right = "of them" if got == b"".join(lines[::-1])[:len(got)] else "others"
        wrong(f"{n} lines in reverse order, then the end", f"{got.count(10)} {right}, then the end")'
}

@test "nothing comes before the half-close, and nothing for nothing" {
    start_exercise
    peer '
s = connect()
doing("send a line, and wait", "nothing yet")
s.sendall(b"abc\n")
expect("nothing yet", "nothing yet" if is_silent(s) else "something")
doing("half-close without a word", "the end, and nothing before it")
s = connect()
s.shutdown(socket.SHUT_WR)
expect(b"", read_all(s))'
}

@test "who sends more than 1 MiB gets an error, and no reset" {
    start_exercise
    peer '
before = descriptors()
s = connect()
doing("send 3 MiB, then read", "error: too much, and the end")
throw_at(s, 3)
expect(b"error: too much\n", read_all(s))
doing("send 16 MiB more after that", "all of it read and thrown away")
had = memory()
throw_at(s, 16)
expect_memory(had, 8192)
doing("send too much, read the error and the end, half-close")
s.shutdown(socket.SHUT_WR)
expect_descriptors(before)
s = connect()
doing("send 1 MiB and half-close, then read", "1 MiB, then the end")
s.sendall(b"x" * ((1 << 20) - 1) + b"\n")
s.shutdown(socket.SHUT_WR)
came = len(read_all(s))
if came != 1 << 20:
    wrong("1,048,576 bytes, then the end", f"{came:,} bytes, then the end")'
}

@test "peers that vanish or stay leave nothing behind" {
    start_exercise
    peer '
doing("three peers reset, three have their answer and close")
before = descriptors()
for i in range(3):
    s = connect()
    s.sendall(b"abc\n")
    reset(s)
    s = connect()
    s.sendall(b"abc\ndef\n")
    s.shutdown(socket.SHUT_WR)
    expect(b"def\nabc\n", read_all(s))
    s.close()
expect_descriptors(before)
connect().sendall(b"abc\n")'
    stop_exercise
    expect_status 0
    expect_nothing_left
}
