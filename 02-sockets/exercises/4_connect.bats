#!/usr/bin/env bats
# Unsolved fails: a peer that is there later is found by a later try
load ../../scripts/checking/exercise_helper

# What the code of the peers may call. Each port has a thread. It takes one connection
# after the other and does to each what the next of its functions says, notes that in
# the file `tries` ("2 17 18": the port's number; when it came, and when it ended, in real
# ms, for a pause may be longer than it should be on a busy machine, but not shorter), and
# closes it.
peers='
import peer, socket, sys, threading, time
ports, tries, started = sys.argv[1:]
sockets, lock = [], threading.Lock()

def real():
    return time.monotonic() * 1000

def now():
    while not peer.pid:
        try:
            peer.pid = int(open(started).read())
        except (OSError, ValueError):
            time.sleep(0.01)
    return peer.given() * 1000

def note(*words):
    with lock, open(tries, "a") as file:
        print(*words, file=file)

def serve(s, number, each, after):
    begun = after and now()
    while after and now() - begun < after:
        time.sleep(0.01)
    s.listen()
    for act in each:
        c = s.accept()[0]
        came = real()
        ended = act(c) or real()
        note(number, round(came), round(ended))
        c.close()

def port(*each, after=0):
    s = socket.create_server(("127.0.0.1", 0)) if each and not after else socket.socket()
    if after or not each:
        s.bind(("127.0.0.1", 0))
    if each:
        threading.Thread(target=serve, args=(s, len(sockets), each, after), daemon=True).start()
    sockets.append(s)

def silent(c):
    pass

def reset(c):
    now()
    peer.settle() # or it might be the connect that fails
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

def half(c):
    c.sendall(b"half")

def line(text, *parts, wait=0):
    def send(c):
        c.sendall(text)
        for part in parts:
            time.sleep(wait / 1000)
            c.sendall(part)
        c.recv(1)
    return send
'

# serve CODE: in the background, the peers of the next run. Sets $ports. CODE makes
# them with port(), which takes what happens to each connection; on a port
# without that no process listens. After the run $pauses are those before each port's later tries.
serve() {
    local of=$BATS_TEST_TMPDIR/run$((runs + 1))

    tries=$of.tries
    PYTHONPATH=$root/scripts/lib "$python" -B -c "$peers$1"'
with open(ports, "w") as file:
    print(*(s.getsockname()[1] for s in sockets), file=file)
end = time.monotonic() + 30
while time.monotonic() < end and not (peer.pid and peer.state() == "Z"):
    time.sleep(0.05)' "$of.ports" "$tries" "$of.pid" >"$of.serve" 2>&1 3>&- &
    until [[ -s $of.ports ]]; do sleep 0.01; done
    read -ra ports <"$of.ports"
}

# expect_lines LINE…: it has printed these, which are in the order of the ports, in any
# order, and no others.
expect_lines() {
    local right came

    right=$(printf '%s\n' "$@")
    came=$(awk -v ports="${ports[*]}" '
        { said[$1] = said[$1] $0 "\n" }
        END {
            for (i = 1; i <= split(ports, port); i++) {
                printf "%s", said[port[i] ":"]
                delete said[port[i] ":"]
            }
            for (rest in said)
                printf "%s", said[rest]
        }' <<<"$output")
    [[ $came == "$right" ]] || wrong -t "$right" "$came"
}

# pauses NUMBER: sets $pauses, the ms between the tries at that port.
pauses() {
    mapfile -t pauses < <(awk -v of="$1" '$1 == of { if (n++) print $2 - ended; ended = $3 }' "$tries")
}

@test "a peer that is there later is found by a later try" {
    local at=4

    then="peers: one answers in two lines; one listens after 500 ms; one sends half a line, 700 ms later the rest"
    serve '
port(line(b"hello\nmore\n"))
port(line(b"later\n"), after=500)
port(line(b"sl", b"ow\n", wait=700), *[silent] * 5)'
    expecting="three lines, after 700 ms at most"
    run_exercise -t 4 6 100 "${ports[@]}"
    [[ ! $output =~ "try "([2-6])": later" ]] || at=${BASH_REMATCH[1]}
    expect_lines "${ports[0]}: connected at try 1: hello" \
        "${ports[1]}: connected at try $at: later" "${ports[2]}: connected at try 1: slow"
}

@test "each pause is twice as long as the one before" {
    then="one peer closes each connection at once; the other port refuses"
    serve '
port(*[silent] * 5)
port()'
    expecting="pauses of 100, 200 and 400 ms: 700 in all"
    run_exercise -t 4 4 100 "${ports[@]}"
    expect_lines "${ports[@]/%/: given up after 4 tries}"
    pauses 0
    ((${#pauses[@]} == 3)) || wrong "4 tries" "$((${#pauses[@]} + 1))"
    # More of each is no fault of its own: the peer may have been late.
    ((pauses[0] >= 90 && pauses[1] >= 190 && pauses[2] >= 390)) ||
        wrong "$expecting" "pauses of ${pauses[*]} ms"
    ((could >= 680 && could < 1100)) || wrong "$expecting" "$could ms in all"
    expect_idle
}

@test "after the last try it gives up, without another pause" {
    local n=$((2 + RANDOM % 3))

    then="the port refuses"
    serve 'port()'
    run_exercise "$n" 20 "${ports[0]}"
    expect_output "${ports[0]}: given up after $n tries"
    then="the port refuses"
    serve 'port()'
    run_exercise 1 60000 "${ports[0]}"
    expect_output "${ports[0]}: given up after 1 try"
    expect_nothing_left
}

@test "one target's pause keeps no other waiting" {
    local refusing

    then="peers: one sends its line by letters; one is quiet for 1.3 s; one closes, and then answers; 11 ports refuse"
    # Of 14 ports 12 have failed at once; their descriptors are gone then.
    serve '
def word(c):
    for letter in b"a word":
        c.sendall(bytes([letter]))
        time.sleep(0.2)
    if len(peer.os.listdir(f"/proc/{peer.pid}/fd")) >= 15:
        note("open")
    c.sendall(b"\n")
    c.recv(1)
def closed(c):
    ended, begun = real(), now()
    c.shutdown(socket.SHUT_WR)
    c.recv(1)
    if now() - begun > 1200:
        note("late")
    return ended
port(word)
port(line(b"", b"quiet\n", wait=1300))
port(closed, line(b"second\n"))
for i in range(11):
    port()'
    expecting="a pause of 2500 ms for all, side by side"
    refusing=("${ports[@]:3}")
    run_exercise -t 6 2 2500 "${ports[@]}"
    expect_lines "${ports[0]}: connected at try 1: a word" \
        "${ports[1]}: connected at try 1: quiet" "${ports[2]}: connected at try 2: second" \
        "${refusing[@]/%/: given up after 2 tries}"
    pauses 2
    ((pauses[0] >= 2490 && could >= 2490)) || wrong "a pause of 2500 ms" "${pauses[0]} ms"
    ((could < 3300)) || wrong "$expecting" "$could ms in all"
    [[ ${lines[*]::2} == *": quiet"* && ${lines[*]::2} == *": a word"* ]] ||
        wrong "\"a word\" and \"quiet\" come while the others pause" "$output"
    ! grep -qE "late|open" "$tries" ||
        wrong "the descriptor of a try that failed is closed before the pause" "it is open, in the pause"
    expect_nothing_left
}

@test "a try that failed, or met a peer without a word, leaves nothing" {
    then="two peers close without a word, after half a line, reset; the first then answers"
    serve '
port(silent, half, reset, line(b"sorry\n"))
port(*[half] * 4)'
    run_exercise 4 30 "${ports[@]}"
    expect_lines "${ports[0]}: connected at try 4: sorry" "${ports[1]}: given up after 4 tries"
    then="the port refuses"
    serve 'port()'
    run_exercise 5 5 "${ports[0]}"
    expect_nothing_left
}
