#!/usr/bin/env bats
# Unsolved fails: a peer that is there later is found by a later try
load ../../scripts/checking/exercise_helper

# serve MS LINE [TIMES]: in the background a peer on a free port, $at, that listens
# after so many ms; the first TIMES connections are closed without a word.
serve() {
    local file=$BATS_TEST_TMPDIR/port$((++served))

    "$python" -c '
import socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
time.sleep(int(sys.argv[1]) / 1000)
s.listen()
s.settimeout(4)
for i in range(int(sys.argv[3])):
    s.accept()[0].close()
c = s.accept()[0]
c.sendall(sys.argv[2].encode() + b"\n")
c.recv(1)' "$1" "$2" "${3-0}" >"$file" 2>/dev/null 3>&- &
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
    local start took

    nobody
    expecting="pauses of 200, 400 and 800 ms: 1400 in all"
    start=${EPOCHREALTIME/[.,]/}
    run_exercise -t 4 4 200 "$at"
    took=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
    expect_output "$at: given up after 4 tries"
    # Twice as much, if they begin with the wrong one.
    ((took >= 1350 && took < 2750)) || wrong "$expecting" "$took ms in all"
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
    local ports=() start took

    for i in 1 2 3; do
        nobody
        ports+=("$at")
    done
    expecting="300 + 600 ms for all three, side by side"
    start=${EPOCHREALTIME/[.,]/}
    run_exercise -t 4 3 300 "${ports[@]}"
    took=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
    [[ $output == *"given up after 3 tries"*"given up after 3 tries"*"given up after 3 tries" ]] ||
        wrong "given up after 3 tries, three times" "$output"
    ((took < 1900)) || wrong "$expecting" "$took ms"
}

@test "a try that failed, or met a peer without a word, leaves nothing" {
    serve 0 sorry 2
    run_exercise 4 30 "$at"
    expect_output "$at: connected at try 3: sorry"
    nobody
    run_exercise 5 5 "$at"
    expect_nothing_left
}
