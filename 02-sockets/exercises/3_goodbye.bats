#!/usr/bin/env bats
# Unsolved fails: a peer that half-closes gets all its lines, and then the end
load ../../scripts/checking/exercise_helper

# What the peers of these tests call.
for_peers='
def some(n):
    return [random.randbytes(16).hex().encode() + b"\n" for i in range(n)]
def expect_lines(lines, s):
    came, right = read_all(s), b"".join(lines[::-1])
    if came != right:
        those = "of them" if came == right[:len(came)] else "others"
        wrong(f"{len(lines)} lines in reverse order, then the end", f"{came.count(10)} {those}, then the end")
'

@test "a peer that half-closes gets all its lines, and then the end" {
    start_exercise
    peer "$for_peers"'
for n in 2, 100 + random.randrange(100), 9000:
    s = connect(receive_buffer=65536)
    all = some(n)
    doing(f"send {n} lines and half-close, then read", f"{n} lines in reverse order, then the end")
    s.sendall(b"".join(all))
    s.shutdown(socket.SHUT_WR)
    settle()
    expect_lines(all, s)
doing("two peers send three lines each, by turns, and half-close", "the lines of each in reverse order")
peers = [(connect(), some(3)) for i in range(2)]
for i in range(3):
    for s, all in peers:
        s.sendall(all[i])
        settle()
for s, all in peers:
    s.shutdown(socket.SHUT_WR)
for s, all in peers:
    expect_lines(all, s)
odd = b"\0a\n", b"b\0\n", b"c\r\n", b"\n", b"\r", b"\n", b"f\n\n", b"e"
doing("send " + show(b"".join(odd)) + " and half-close", "these lines in reverse order")
s = connect()
for piece in odd:
    s.sendall(piece)
    settle()
s.shutdown(socket.SHUT_WR)
expect(b"e\n\nf\n\r\n\nc\r\nb\0\n\0a\n", read_all(s))'
}

@test "nothing comes before the half-close, and for nothing just the end" {
    start_exercise
    peer '
peers = [connect() for i in range(4)]
doing("send a line, two newlines, half a line, nothing, and wait", "nothing yet")
for s, sent in zip(peers, (b"abc\n", b"\n\n", b"abc", b"")):
    s.sendall(sent)
time.sleep(0.6)
for s in peers:
    expect("nothing yet", "nothing yet" if is_silent(s, 0.01) else "something")
for s, answer in zip(peers, (b"abc\n", b"\n\n", b"abc\n", b"")):
    doing("the peer that is owed " + (show(answer) if answer else "nothing") + " half-closes", "that, and the end")
    s.shutdown(socket.SHUT_WR)
    expect(answer, read_all(s))'
}

@test "a peer that sends more than 1 MiB gets an error, and no reset" {
    start_exercise
    peer '
settle()
before = descriptors()
s = connect()
doing("send 3 MiB, then read", "error: too much, and the end")
throw_at(s, 3)
expect(b"error: too much\n", read_all(s))
doing("send 16 MiB more after that", "all of it read and thrown away")
had = memory()
throw_at(s, 16)
expect_memory(had, 8192)
doing("send too much, read the error and the end, half-close", "nothing more, and no reset")
s.shutdown(socket.SHUT_WR)
settle()
expect(b"", read_all(s))
expect_descriptors(before)
s = connect()
doing("send 1 MiB and half-close, then read", "1 MiB, then the end")
s.sendall(b"x" * ((1 << 20) - 1) + b"\n")
s.shutdown(socket.SHUT_WR)
came = len(read_all(s))
if came != 1 << 20:
    wrong("1,048,576 bytes, then the end", f"{came:,} bytes, then the end")
doing("send 1 MiB and one byte, then read", "error: too much, and the end")
s = connect()
s.sendall(b"x" * (1 << 20))
settle()
s.sendall(b"\n")
expect(b"error: too much\n", read_all(s))
doing("send 2 MiB and half-close, then read", "error: too much, and the end")
s = connect()
throw_at(s, 2)
s.shutdown(socket.SHUT_WR)
expect(b"error: too much\n", read_all(s))'
}

@test "peers that vanish or stay leave nothing behind" {
    start_exercise
    peer '
def too_much(s):
    throw_at(s, 2)
    expect(b"error: too much\n", read_all(s))
settle()
before = descriptors()
doing("peers reset: one that has sent a line, one nothing, one too much, one that has half-closed")
peers = [connect(receive_buffer=16384) for i in range(4)]
peers[0].sendall(b"abc\n")
too_much(peers[2])
peers[3].sendall(b"x" * 500000)
peers[3].shutdown(socket.SHUT_WR)
settle()
for s in peers:
    reset(s)
expect_descriptors(before)
doing("70 peers have their answer and close")
for i in range(70):
    s = connect()
    s.sendall(b"abc\ndef\n")
    s.shutdown(socket.SHUT_WR)
    expect(b"def\nabc\n", read_all(s))
    s.close()
expect_descriptors(before)
doing("stop it while peers are there: with a line, with nothing, with an answer to come, after the error")
peers = [connect() for i in range(4)]
peers[0].sendall(b"abc\n")
peers[2].sendall(b"x" * 1000000)
peers[2].shutdown(socket.SHUT_WR)
too_much(peers[3])
stop()'
    await_exercise
    expect_status 0
    expect_nothing_left
}

@test "a peer that reads late gets its answer, and keeps no other waiting" {
    start_exercise
    peer "$for_peers"'
doing("send 9,000 lines, half-close, and read a second later; others send meanwhile", "their answers")
late, much, wrong_one = connect(receive_buffer=16384), connect(), connect()
all = some(9000)
late.sendall(b"".join(all))
late.shutdown(socket.SHUT_WR)
much.sendall(b"x" * 1000000)
throw_at(wrong_one, 2)
few = some(3)
for i in range(3):
    s = connect()
    s.sendall(b"".join(few))
    s.shutdown(socket.SHUT_WR)
    expect_lines(few, s)
doing("these others have gone", "it sleeps")
is_silent(much, 0.6)
expect_asleep(0.6)
doing("send 9,000 lines, half-close, and read a second later", "9000 lines in reverse order, then the end")
expect_lines(all, late)
doing("the peer that has sent 1,000,000 bytes half-closes", "these bytes")
much.shutdown(socket.SHUT_WR)
expect(b"x" * 1000000 + b"\n", read_all(much))'
}
