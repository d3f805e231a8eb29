#!/usr/bin/env bats
# Unsolved fails: a peer that does not read costs no more than a little memory
load ../../scripts/checking/exercise_helper

# What the peers of these tests call.
for_peers='
def numbers(n):
    return b"".join(b"%d\n" % i for i in range(1, n + 1))
def expect_lines(n, s):
    got = read_all(s)
    if got != numbers(n):
        wrong(f"1 to {n}, then the end", f"{got.count(10)} lines, at the end: {show(got[-20:])}")
'

@test "all lines come, and then the end" {
    start_exercise
    # 12774 lines are the first that fill OUTPUT_HIGH.
    peer "$for_peers"'
for n in 1, 3, 12773, 12774, 12775, 100001 + random.randrange(1000):
    s = connect()
    doing(f"ask for {n} lines", f"1 to {n}, then the end")
    s.sendall(b"%d\n" % n)
    expect_lines(n, s)
doing("ask for 12 lines, in three pieces", "1 to 12, then the end")
s = connect()
for piece in b"1", b"2", b"\n":
    s.sendall(piece)
    settle()
expect_lines(12, s)
for sent in b"0\n", b"-5\n", b"abc\n", b"x" * 70:
    s = connect()
    doing("send " + show(sent), "the end")
    s.sendall(sent)
    expect(b"", read_all(s))
for sent in b"", b"12":
    s = connect()
    doing("send " + show(sent) + " and half-close", "the end")
    s.sendall(sent)
    s.shutdown(socket.SHUT_WR)
    expect(b"", read_all(s))'
}

@test "a peer that does not read costs no more than a little memory" {
    start_exercise
    peer '
s = connect()
s.sendall(b"20000\n")
read_all(s)
before = memory()
peers = [connect(receive_buffer=16384) for i in range(24)]
doing("24 peers ask for 2,000,000 lines each and read none of them")
for s in peers:
    s.sendall(b"2000000\n")
settle()
expect_memory(before, 24 * 300)
doing("the same 24 peers read a little of it, again and again")
for i in range(20):
    for s in peers:
        s.recv(4096)
    settle()
expect_memory(before, 24 * 300)
doing("another peer asks for as many, and sends 16 MiB that are no request", "all of it read and thrown away")
s = connect(receive_buffer=65536)
s.sendall(b"2000000\n")
settle()
had = memory()
throw_at(s, 16)
expect_memory(had, 8192)'
}

@test "a peer that does not read keeps no other waiting" {
    start_exercise
    peer "$for_peers"'
idle = [connect(receive_buffer=16384) for i in range(2)]
doing("two peers ask for 1,000,000 lines, read none; others ask for few", "their lines")
idle[0].sendall(b"1000000\n")
idle[1].sendall(b"1000000\n")
idle[1].shutdown(socket.SHUT_WR)
others = [connect() for i in range(40)]
for i, s in enumerate(others):
    s.sendall(b"%d\n" % (i * 100 + 1))
for i, s in enumerate(others):
    expect_lines(i * 100 + 1, s)
doing("all others have gone, and the two read none", "it sleeps")
expect_asleep()'
}

@test "a peer that has half-closed, or reads late, gets its lines" {
    start_exercise
    peer "$for_peers"'
doing("ask for 40,000 lines, half-close or not, and read a second later", "40,000 lines, then the end")
peers = [connect(receive_buffer=32768) for i in range(3)]
for s in peers:
    s.sendall(b"40000\n")
few = connect(receive_buffer=16384)
few.sendall(b"12000\n")
settle()
few.shutdown(socket.SHUT_WR)
peers[0].shutdown(socket.SHUT_WR)
peers[2].sendall(b"1\n2\n3\n" * 100)
settle()
time.sleep(1.2)
for s in peers:
    expect_lines(40000, s)
expect_lines(12000, few)'
}

@test "peers that vanish leave nothing behind" {
    start_exercise
    peer '
settle()
before = descriptors()
doing("peers ask for 500,000 lines, read a little, half-close or not, and reset")
for i in range(4):
    s = connect()
    s.sendall(b"500000\n")
    s.recv(100)
    if i < 2:
        s.shutdown(socket.SHUT_WR)
        settle()
    reset(s)
expect_descriptors(before)
doing("peers reset or close before their request, or close after their lines")
for sent in b"", b"12", b"12\n":
    for end in reset, socket.socket.close:
        s = connect()
        s.sendall(sent)
        if b"\n" in sent:
            read_all(s)
        settle()
        end(s)
expect_descriptors(before)
doing("stop it while peers are there: with lines to come, half a request, nothing")
peers = [connect() for i in range(4)]
for s, sent in zip(peers, (b"500000\n", b"500000\n", b"12", b"")):
    s.sendall(sent)
peers[0].shutdown(socket.SHUT_WR)
settle()
stop()'
    await_exercise
    expect_status 0
    expect_nothing_left
}
