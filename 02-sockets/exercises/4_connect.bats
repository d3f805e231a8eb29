#!/usr/bin/env bats
# Unsolved fails: a peer that is there later is found by a later try
load ../../scripts/checking/exercise_helper

# serve MS LINE [TIMES]: in the background a peer on a free port, $at, that listens
# when the next run was given so many ms; the first TIMES connections are closed
# without a word.
serve() {
    local file=$BATS_TEST_TMPDIR/port$((++served)) program=/dev/null

    (($1 == 0)) || program=$BATS_TEST_TMPDIR/run$((runs + 1)).pid
    PYTHONPATH=$root/scripts/lib "$python" -B -c '
import peer, socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
begun = None
while sys.argv[1] != "0" and (not begun or peer.given() - begun < int(sys.argv[1]) / 1000):
    time.sleep(0.01)
    try:
        peer.pid = int(open(sys.argv[4]).read())
        begun = begun or peer.given()
    except (OSError, ValueError):
        pass  # it has not begun
s.listen()
s.settimeout(20)
for i in range(int(sys.argv[3])):
    s.accept()[0].close()
c = s.accept()[0]
c.sendall(sys.argv[2].encode() + b"\n")
c.recv(1)' "$1" "$2" "${3-0}" "$program" >"$file" 2>/dev/null 3>&- &
    until [[ -s $file ]]; do sleep 0.01; done
    at=$(<"$file")
}

# A port where nobody listens.
nobody() {
    at=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

@test "a peer that is there later is found by a later try" {
    serve 0 hello
    run_exercise 1 50 "$at"
    expect_output "$at: connected at try 1: hello"
    serve 500 "later$RANDOM"
    run_exercise -t 4 6 100 "$at"
    [[ $output =~ ^"$at: connected at try "[2-6]": later"[0-9]+$ ]] ||
        wrong "$at: connected at try 4: later…, as it listens after 500 ms" "$output"
}

@test "each pause is twice as long as the one before" {
    nobody
    expecting="pauses of 200, 400 and 800 ms: 1400 in all"
    run_exercise -t 4 4 200 "$at"
    expect_output "$at: given up after 4 tries"
    # Twice as much, if they begin with the wrong one.
    ((could >= 1350 && could < 2750)) || wrong "$expecting" "$could ms in all"
}

@test "after the last try it gives up, without another pause" {
    local n=$((2 + RANDOM % 3))

    nobody
    run_exercise "$n" 20 "$at"
    expect_output "$at: given up after $n tries"
    nobody
    run_exercise 1 60000 "$at"
    expect_output "$at: given up after 1 try"
}

@test "one target's pause keeps no other waiting" {
    local ports=()

    for i in 1 2 3; do
        nobody
        ports+=("$at")
    done
    expecting="300 + 600 ms for all three, side by side"
    run_exercise -t 4 3 300 "${ports[@]}"
    [[ $output == *"given up after 3 tries"*"given up after 3 tries"*"given up after 3 tries" ]] ||
        wrong "given up after 3 tries, three times" "$output"
    ((could < 1900)) || wrong "$expecting" "$could ms"
}

@test "a try that failed, or met a peer without a word, leaves nothing" {
    serve 0 sorry 2
    run_exercise 4 30 "$at"
    expect_output "$at: connected at try 3: sorry"
    nobody
    run_exercise 5 5 "$at"
    expect_nothing_left
}
