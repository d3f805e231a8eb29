#!/usr/bin/env bats
# Unsolved fails: a peer that does not read costs no more than a little memory
load ../../scripts/checking/exercise_helper

@test "all lines come, and then the end" {
    start_exercise
    peer '
for n in 3, 20000 + ord(os.urandom(1)):
    s = connect()
    doing(f"ask for {n} lines", f"1 to {n}, then the end")
    s.sendall(b"%d\n" % n)
    got = read_all(s)
    if got != b"".join(b"%d\n" % i for i in range(1, n + 1)):
        wrong(f"1 to {n}, then the end", f"{got.count(10)} lines, the last: {got[-20:].split()[-1:]}")'
}

@test "a peer that does not read costs no more than a little memory" {
    start_exercise
    peer '
s = connect()
s.sendall(b"20000\n")
read_all(s)
before = memory()
s = connect()
doing("ask for 2,000,000 lines and read none of them")
s.sendall(b"2000000\n")
for i in range(3):
    settle()
    expect_memory(before, 768)'
}

@test "a peer that does not read keeps nobody waiting" {
    start_exercise
    peer '
s = connect()
s.sendall(b"1000000\n")
doing("ask for 1,000,000 lines, read none; another peer asks for one", "its line")
other = connect()
other.sendall(b"1\n")
expect(b"1\n", read_all(other))'
}

@test "a peer that has half-closed is owed its lines" {
    start_exercise
    peer '
s = connect(receive_buffer=65536)
doing("ask for 60,000 lines and half-close, then read", "60,000 lines, then the end")
s.sendall(b"60000\n")
s.shutdown(socket.SHUT_WR)
settle()
lines = read_all(s).count(b"\n")
if lines != 60000:
    wrong("60,000 lines, then the end", f"{lines} lines, then the end")'
}

@test "peers that vanish leave nothing behind" {
    start_exercise
    peer '
doing("five peers ask for 500,000 lines, read a little and reset")
before = descriptors()
for i in range(5):
    s = connect()
    s.sendall(b"500000\n")
    s.recv(100)
    reset(s)
connect().close()
expect_descriptors(before)'
    stop_exercise
    expect_status 0
    expect_nothing_left
}
