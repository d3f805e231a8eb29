#!/usr/bin/env bats
# connector: addresses race for a connection, as RFC 8305 has it.

load ../../scripts/lib/test_helper
load ../../scripts/lib/peer
load helpers/name_servers

# Sets $port: at the addresses given as the first argument it swallows packets, at
# those given as the second it accepts.
peers() {
    start_peer '
port, all = 0, []
for address in sys.argv[1].split():
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    s.bind((address, port))
    s.listen(0)
    port = s.getsockname()[1]
    for i in range(3):  # more than the queue holds: it is full
        full = socket.socket(s.family)
        full.setblocking(False)
        full.connect_ex((address, port))
        all.append(full)
    all.append(s)
for address in sys.argv[2].split():
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    s.bind((address, port))
    s.listen(9)
    all.append(s)
    port = s.getsockname()[1]
print(port, flush=True)
time.sleep(60)' "$@"
}

# race SECONDS ADDRESS…
race() {
    drive race "$(($1 * slow))" "$port" "${@:2}"
}

@test "connector: an address that swallows packets does not stop the next one" {
    peers "127.0.0.2 127.0.0.3" "127.0.0.4"
    race 8 127.0.0.2 127.0.0.3 127.0.0.4
    assert_output "connected to 127.0.0.4
descriptors left open: 1"
}

@test "connector: after a refusal the next attempt begins at once" {
    # 250 ms after each would be 5 s.
    peers "" "127.0.0.4"
    race 4 127.0.1.{1..20} 127.0.0.4
    assert_line "connected to 127.0.0.4"
}

@test "connector: after a refusal behind one that swallows packets, too" {
    peers "127.0.0.2" "127.0.0.4"
    race 4 127.0.0.2 127.0.1.{1..20} 127.0.0.4
    assert_line "connected to 127.0.0.4"
}

@test "connector: each attempt has its 250 ms before the next one begins" {
    peers "127.0.0.2 127.0.0.3" "127.0.0.4 127.0.0.5"
    begin=${EPOCHREALTIME/./}
    race 8 127.0.0.2 127.0.0.3 127.0.0.4
    ((${EPOCHREALTIME/./} - begin >= 500000)) || fail "sooner than that"
    race 8 127.0.0.5 127.0.0.4
    assert_line "connected to 127.0.0.5"
}

@test "connector: the families take turns" {
    # One after the other would be 5 s.
    peers "::1" "127.0.0.4"
    race 4 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 ::1 127.0.0.4
    assert_line "connected to 127.0.0.4"
}

@test "connector: time runs out: no descriptor is left" {
    peers "127.0.0.2 127.0.0.3" ""
    drive race 1 "$port" 127.0.0.2 127.0.0.3 127.0.0.2 127.0.0.3
    assert_output "cannot connect to: timed out
descriptors left open: 0"
}

@test "connector: a race that is cancelled leaves no descriptor" {
    peers "127.0.0.2" ""
    drive race 0 "$port" 127.0.0.2 127.0.0.2
    assert_output "descriptors left open: 0"
}

@test "connector: when all fail, what a host has said is the reason, in any order" {
    with_names '' ''
    for order in "2001:db8::1 127.0.0.1" "127.0.0.1 2001:db8::1"; do
        # shellcheck disable=SC2086 # a word list
        drive race 4 9 $order
        assert_output "cannot connect to: Connection refused
descriptors left open: 0"
    done
    drive race 4 9 2001:db8::1 2001:db8::2
    assert_line "cannot connect to: Network is unreachable"
}
