#!/usr/bin/env bats
# Unsolved fails: a note that cannot be sent leaves no descriptor open
load ../../scripts/checking/exercise_helper

# The notes: one of some kilobytes, with bytes of 0 and no newline at its end, one that is
# longer than notes are, one of a byte, an empty one, a directory.
notes() {
    mkdir "$shown" "$shown/old"
    printf "note $RANDOM, %d\\0" {1..200} >"$shown/full"
    cat "$shown"/{full,full,full} >"$shown/long"
    printf x >"$shown/short"
    : >"$shown/empty"
    start_exercise "$shown"
}

# ask(lines): on a connection of its own, to the end of the stream.
# held(): what the server says it holds, once it is not more than before.
client='
def ask(text):
    s = connect()
    s.sendall(text)
    s.shutdown(socket.SHUT_WR)
    return read_all(s)

def held(before=None):
    end = given() + patience
    while True:
        now = tuple(int(w) for w in ask(b"held\n").split() if w.isdigit())
        if before is None or given() > end or all(map(int.__le__, now, before)):
            return now
        time.sleep(0.05)

def no_more_held(before):
    after = held(before)
    for i, what in enumerate(("descriptors", "pending events")):
        if after[i] > before[i]:
            wrong(f"no more {what} than before", f"{after[i] - before[i]} more")
'

@test "answers come as before, also after a half-close, and none after bye" {
    notes
    peer "$client"'
note, long = (open(f"{args[0]}/{name}", "rb").read() for name in ("full", "long"))
usage = b"error: read NAME, wait MS, held or bye\n"
doing("send: read full, wait 50, wait 80, bla; half-close", "the note, an error, done, done, the end")
expect(note + usage + b"done\ndone\n", ask(b"read full\nwait 50\nwait 80\nbla\n"))
doing("send: read short, read long; half-close", "the note of one byte, the first 4096 bytes of the other, the end")
expect(b"x" + long[:4096], ask(b"read short\nread long\n"))
doing("send: read empty, read old, read none; half-close", "three errors, the end")
expect(b"error: nothing in it\n" * 2 + b"error: no such note\n", ask(b"read empty\nread old\nread none\n"))
doing("send: re; a moment later: ad empty\\r, an empty line, wait -5, and read none without a newline; half-close",
      "two errors, done, the end")
s = connect()
s.sendall(b"re")
settle()
s.sendall(b"ad empty\r\n\nwait -5\nread none")
s.shutdown(socket.SHUT_WR)
expect(b"error: no such note\n" + usage + b"done\n", read_all(s))
doing("two clients at once, one waits 3 times, one 100 times; both half-close", "done as often for each, and the end")
clients = connect(), connect()
for s, text in zip(clients, (b"wait 40\n" * 3, b"wait 90\n" * 100)):
    s.sendall(text)
    s.shutdown(socket.SHUT_WR)
for s, times in zip(clients, (3, 100)):
    came = read_all(s)
    if came != b"done\n" * times:
        dones = came.count(b"done\n")
        wrong(f"done, {times} times", f"done, {dones} times; the last bytes are {show(came[-40:])}")
doing("send: wait 10; when it is done: wait 60000, wait 100, read empty, bye, read full",
      "done, an error, bye, the end")
s = connect()
s.sendall(b"wait 10\n")
expect(b"done\n", read_line(s))
s.sendall(b"wait 60000\nwait 100\nread empty\nbye\nread full\n")
expect(b"error: nothing in it\nbye\n", read_all(s))' "$shown"
}

@test "a note that cannot be sent leaves no descriptor open" {
    notes
    peer "$client"'
for name in (b"full", b"none", b"old", b"empty"):
    before = held()
    doing(f"a client says ten times: read {name.decode()}")
    ask(b"read %s\n" % name * 10)
    no_more_held(before)'
    stop_exercise
    expect_status 0
    expect_nothing_left -q
}

@test "a client that leaves while it waits leaves no event behind" {
    notes
    peer "$client"'
n = random.randint(8, 12)
for how in ("reset", "bye"):
    before = held()
    doing(f"{n} clients: wait 60000 twenty times, wait 30, wait 50000, then {how}")
    for i in range(n):
        s = connect()
        s.sendall(b"wait 60000\n" * 20 + b"wait 30\nwait 50000\nread none\n")
        read_line(s)
        if how == "reset":
            reset(s)
        else:
            s.sendall(b"bye\n")
            read_all(s)
    expect(b"done\n", ask(b"wait 40\n"))  # by then those of 30 ms would be over
    no_more_held(before)'
    stop_exercise
    expect_status 0
}

@test "a client that says bye leaves no memory behind" {
    notes
    peer "$client"'
doing("ten clients say bye")
for i in range(10):
    expect(b"bye\n", ask(b"bye\n"))'
    stop_exercise
    expect_status 0
    expect_nothing_left -q
}

@test "after clients of all kinds at once, and a stop, nothing is left" {
    notes
    peer "$client"'
kinds = b"wait 60000\n", b"wait 10\nread old\nwait 60000\n", b"wait 60000\nbye\n", b"bye\nbye\n", b"re"
doing("clients of all kinds; some reset, some stay till the server is stopped")
clients = [connect() for i in range(15)]
for i, s in enumerate(clients):
    s.sendall(kinds[i % 5])
settle()
for s in clients[:10]:
    reset(s)
expect(b"error: nothing in it\ndone\n", ask(b"read empty\nwait 20\n"))'
    stop_exercise
    expect_status 0
    expect_nothing_left -q
}
