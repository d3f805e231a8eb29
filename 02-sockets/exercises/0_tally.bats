#!/usr/bin/env bats
# The checks of the example. A check plays the peers and says what they do, what
# they expect and what came.
load ../../scripts/checking/exercise_helper

@test "each byte counts, however the bytes come in packets" {
    start_exercise
    peer '
s = connect()
up = random.randrange(2, 400)
doing(f"send {up} times + and one =", "the count")
s.sendall(b"+" * up + b"=")
expect(b"%d\n" % up, read_line(s))
doing("send - and x and = and =, each by itself", "one less, twice")
for byte in b"-x==":
    s.sendall(bytes([byte]))
    settle()
expect(b"%d\n" % (up - 1) * 2, read_exactly(s, len(b"%d\n" % (up - 1)) * 2))'
}

@test "each peer has a count of its own" {
    start_exercise
    peer '
one, other = connect(), connect()
doing("one peer sends ++, another sends +=", "1 for the other")
one.sendall(b"++")
settle()
other.sendall(b"+=")
expect(b"1\n", read_line(other))
doing("the first sends =", "2")
one.sendall(b"=")
expect(b"2\n", read_line(one))'
}

@test "a peer that half-closes gets its answers, and nothing is left of it" {
    start_exercise
    peer '
settle()
before = descriptors()
s = connect(receive_buffer=16384)
doing("send 100,000 times =, half-close, then read", "100,000 times 0, and the end")
send_meanwhile(s, b"=" * 100000)
came = read_all(s)
if came != b"0\n" * 100000:
    wrong("100,000 times 0, and the end", f"{amount(came)}, and the end")
doing("a peer resets")
other = connect()
other.sendall(b"+")
reset(other)
expect_descriptors(before)
doing("stop it while a peer is connected")
s = connect()
s.sendall(b"+")
stop()'
    await_exercise
    expect_status 0
    expect_nothing_left
}
