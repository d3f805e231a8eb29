#!/usr/bin/env bats
# Unsolved fails: a note that cannot be sent leaves no descriptor open
load ../../scripts/checking/exercise_helper

# The notes: a full one, an empty one, a directory.
notes() {
    mkdir "$shown" "$shown/old"
    printf '%s\n' "note $RANDOM" "and its end" >"$shown/full"
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
note = open(args[0] + "/full", "rb").read()
doing("send: read full, wait 150, wait 200, bla; half-close", "the note, an error, done, done, the end")
expect(note + b"error: read NAME, wait MS, held or bye\ndone\ndone\n",
       ask(b"read full\nwait 150\nwait 200\nbla\n"))
doing("send: read empty, read old, read none; half-close", "three errors, the end")
expect(b"error: nothing in it\n" * 2 + b"error: no such note\n", ask(b"read empty\nread old\nread none\n"))
doing("send: wait 60000, bye, read full", "bye and the end")
s = connect()
s.sendall(b"wait 60000\nbye\nread full\n")
expect(b"bye\n", read_all(s))' "$shown"
}

@test "a note that cannot be sent leaves no descriptor open" {
    notes
    peer "$client"'
for name in (b"full", b"none", b"old", b"empty"):
    before = held()
    doing(f"a client says ten times: read {name.decode()}")
    ask(b"read %s\n" % name * 10)
    no_more_held(before)'
}

@test "a client that leaves while it waits leaves no event behind" {
    notes
    peer "$client"'
n = 3 + os.urandom(1)[0] % 5
for how in ("reset", "bye"):
    before = held()
    doing(f"{n} clients: wait 60000, wait 50000, then {how}")
    for i in range(n):
        s = connect()
        s.sendall(b"wait 60000\nwait 50000\nread full\n")
        read_line(s)
        if how == "reset":
            reset(s)
        else:
            s.sendall(b"bye\n")
            read_all(s)
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
expect(b"error: nothing in it\n", ask(b"read empty\n"))'
    stop_exercise
    expect_status 0
    expect_nothing_left -q
}
