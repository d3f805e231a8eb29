#!/usr/bin/env bats
# load: what it counts, what it finds wrong, how it ends.

load ../../scripts/lib/test_helper
load ../../scripts/lib/peer

# serve_wrong CODE: a Python echo server of one thread a connection, whose
# handler is given the socket c, the message so far n, and the bytes.
serve_wrong() {
    start_peer '
import threading
def serve(c):
    n = 0
    while data := c.recv(65536):
        n += 1
        if n == 1: c.sendall(data); continue      # the opening byte
        '"$1"'
    c.close()
s = listen()
print(s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept()
    threading.Thread(target=serve, args=(c,), daemon=True).start()'
}

# measured ARGUMENT…: load for a short time; for longer where a busy machine does not
# get each connection its echo meanwhile.
measured() {
    local seconds

    for seconds in 0.2 2 9; do
        run_program -t 30 load -d "$seconds" "$@"
        ((status != 0)) || break
    done
}

@test "load: three lines: messages/s, latencies in order, no error" {
    start_server server -k -p 0
    measured 127.0.0.1 "$port"
    assert_success
    assert_equal "$stderr" ""
    assert_equal "${#lines[@]}" 3
    assert_line --index 0 --regexp '^[1-9][0-9]* messages/s$'
    assert_line --index 1 --regexp '^latency  p50 [0-9.]+  p99 [0-9.]+  max [0-9.]+ µs$'
    assert_line --index 2 --regexp '^errors   0 in [1-9][0-9]* messages$'
    awk '/^latency/ { exit !(0 < $3 && $3 <= $5 && $5 <= $7) }' <<<"$output" || fail "$output"
}

@test "load: fifty connections at once, and messages larger than a socket's buffer" {
    start_server server -k -p 0
    measured -c 50 127.0.0.1 "$port"
    assert_success
    measured -s 20000000 127.0.0.1 "$port"
    assert_success
    assert_line --index 2 --regexp '^errors   0 in [1-9]'
}

@test "load: as many connections as asked for, each of them used" {
    serve_wrong 'print("used", flush=True) if n == 2 else None; c.sendall(data)'
    measured -c 7 127.0.0.1 "$port"
    assert_success
    (($(grep -o used "$BATS_TEST_TMPDIR/port" | wc -l) % 7 == 0))
}

@test "load: a wrong byte is found" {
    serve_wrong 'c.sendall(data if n < 9 else data[:-1] + bytes([data[-1] ^ 1]))'
    run_program load -c 2 -d 5 127.0.0.1 "$port"
    assert_failure 1
    assert_equal "$stderr" "load: 127.0.0.1 port $port: a wrong byte came back"
    assert_line --index 2 --regexp '^errors   2 in '
}

@test "load: the echo of the message before is a wrong one" {
    serve_wrong 'c.sendall(data if n < 9 else last); last = data'
    run_program load -d 5 127.0.0.1 "$port"
    assert_failure 1
    [[ $stderr == *"a wrong byte came back" ]] || fail "$stderr"
}

@test "load: more than was sent is an error" {
    serve_wrong 'c.sendall(data + b"x")'
    run_program load -d 5 127.0.0.1 "$port"
    assert_failure 1
    [[ $stderr == *"more came back than was sent" ]] || fail "$stderr"
}

@test "load: a short echo and a close is an error, and ends it" {
    serve_wrong 'c.sendall(data[:10]); c.shutdown(socket.SHUT_WR)'
    run_program load -d 5 127.0.0.1 "$port"
    assert_failure 1
    [[ $stderr == *"closed by the server" ]] || fail "$stderr"
    assert_line --index 0 "0 messages/s"
    assert_line --index 2 "errors   1 in 0 messages"
}

@test "load: no answer at all is no success" {
    serve_wrong 'pass'
    run_program load -d 0.2 127.0.0.1 "$port"
    assert_failure 1
    assert_line --index 0 "0 messages/s"
}

@test "load: a connection that is forgotten is an error, though others go on" {
    serve_wrong 'c.sendall(data) if n < 3 or c.fileno() % 2 else None'
    for seconds in 1 9; do # in one, a busy machine may answer nobody
        run_program -t 30 load -c 4 -d "$seconds" 127.0.0.1 "$port"
        [[ ${lines[2]} != "errors   2 in "[1-9]* ]] || break
    done
    assert_failure 1
    assert_equal "$stderr" "load: 127.0.0.1 port $port: never answered"
    assert_line --index 2 --regexp '^errors   2 in [1-9]'
    awk '/^latency/ { exit !($7 >= 900000) }' <<<"$output" || fail "$output"
}

@test "load: refused" {
    start_server server -k -p 0
    stop_server
    run_program load -c 3 127.0.0.1 "$port"
    assert_failure 1
    assert_output ""
    assert_equal "$stderr" "load: 127.0.0.1 port $port: Connection refused"
}

@test "load: SIGINT ends it, and it prints what it has measured" {
    start_server server -k -p 0
    # shellcheck disable=SC2046,SC2086
    $(command_for -t 30 load) -d 20 127.0.0.1 "$port" >"$BATS_TEST_TMPDIR/said" 3>&- &
    client=$!
    sleep $((3 + slow))
    kill -INT "$(tr -d ' ' <"/proc/$client/task/$client/children")"
    status=0
    wait "$client" || status=$?
    assert_equal "$status" 0
    run cat "$BATS_TEST_TMPDIR/said"
    assert_line --index 0 --regexp '^[1-9][0-9]* messages/s$'
}

@test "load: a progress line on a terminal" {
    start_server server -k -p 0
    run script -qec "$(command_for load) -d 1.5 127.0.0.1 $port" /dev/null
    assert_success
    assert_output --partial " of 1.5 s"
    assert_output --regexp '[0-9] messages/s'
}

@test "load: arguments that are none are wrong usage" {
    assert_usage_error "usage: load" load
    assert_usage_error "usage: load" load 127.0.0.1
    assert_usage_error "usage: load" load 127.0.0.1 80 x
    assert_usage_error "'-c'" load -c
    assert_usage_error "whole number" load -c 0 127.0.0.1 80
    assert_usage_error "whole number" load -s 1.5 127.0.0.1 80
    assert_usage_error "not a number" load -d soon 127.0.0.1 80
    assert_usage_error "not a number" load -d 0 127.0.0.1 80
    assert_usage_error "not an address and a port" load localhost 80
    assert_usage_error "not an address and a port" load 127.0.0.1 http
    assert_usage_error "not an address and a port" load 127.0.0.1 65536
}
