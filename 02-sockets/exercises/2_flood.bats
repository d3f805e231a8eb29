#!/usr/bin/env bats
# Unsolved fails: a peer that does not read costs no more than a little memory
load ../../scripts/exercise_helper

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
connect().sendall(b"1\n")
time.sleep(0.1)
before = memory()
s = connect()
doing("ask for 2,000,000 lines and read none of them", "less than 2 MiB for it")
s.sendall(b"2000000\n")
end = time.monotonic() + 1.5
while memory() - before < 2048 and time.monotonic() < end:
    time.sleep(0.05)
if memory() - before >= 2048:
    wrong("less than 2 MiB for it", f"{(memory() - before) / 1024:.0f} MiB")'
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
doing("ask for 60,000 lines and half-close, then read", "60,000 lines")
s.sendall(b"60000\n")
s.shutdown(socket.SHUT_WR)
time.sleep(0.2)
expect(60000, read_all(s).count(b"\n"))'
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
end = time.monotonic() + 2 * patience
while descriptors() > before and time.monotonic() < end:
    time.sleep(0.05)
if descriptors() > before:
    wrong("0 descriptors more than before", f"{descriptors() - before} more")'
    stop_exercise
    expect_status 0
    expect_nothing_left
}
