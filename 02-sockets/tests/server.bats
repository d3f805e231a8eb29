#!/usr/bin/env bats
# server: what only it does: the transcript, one message a client, -t, -m. What
# it has in common with the other servers is in echo.bats.

load ../../scripts/lib/test_helper
load helpers/peer

transcript() {
    # The ports of the clients are the kernel's choice.
    sed -E "s/(', )[0-9]+/\1PORT/" "$1"
}

@test "server: its transcript is its twin's" {
    local ours

    start_server server -p 0
    for message in hello "two words" "Grüße, 世界 😀" ""; do
        run_program client 127.0.0.1 "$port" "$message"
        assert_success
        assert_output "$message"
    done
    stop_server
    assert_equal "$status" 0
    ours=$(transcript "$said_in")
    assert_equal "$(wc -l <<<"$ours")" 4

    start_twin server -p 0
    for message in hello "two words" "Grüße, 世界 😀" ""; do
        run_program client 127.0.0.1 "$port" "$message"
        assert_output "$message"
    done
    stop_server
    assert_equal "$status" 0
    assert_equal "$(transcript "$said_in")" "$ours"
}

@test "server: an IPv6 peer is printed as Python does" {
    start_server server -a ::1 -p 0
    assert_equal "$(complained)" "server: listening on [::1]:$port"
    run_program client ::1 "$port" hello
    assert_output hello
    stop_server
    assert_equal "$(transcript "$said_in")" "Received hello from ('::1', PORT, 0, 0)"
}

@test "server: the port printed is the peer's own" {
    start_server server -p 0
    peer 's = connect(); s.send(b"hi"); read_all(s); print(s.getsockname())'
    assert_success
    stop_server
    assert_equal "$(said)" "Received hi from $output"
}

@test "server: echoes at most 1024 bytes, and its close is no reset" {
    start_server server -p 0
    peer '
s = connect()
s.sendall(b"x" * 300000)
s.shutdown(socket.SHUT_WR)
print(len(read_all(s)))'
    assert_success
    assert_output 1024
}

@test "server: a client that keeps talking after its message is cut off" {
    local before

    start_server server -p 0
    before=$(descriptors "$server_pid")
    peer '
s = connect()
sent = 0
try:
    while sent < 100_000_000:
        sent += s.send(b"x" * 65536)
except ConnectionError:
    print("cut off")'
    assert_output "cut off"
    wait_until 30 descriptors_are "$before"
}

@test "server: controls are escaped in the transcript, untouched in the echo" {
    start_server server -p 0
    peer '
s = connect()
message = "\x1b[2J\n\r\t\x00\x7f\x9b\u202e\u2066é".encode() + b"\xff\xc3"
s.send(message)
s.shutdown(socket.SHUT_WR)
print(read_all(s) == message)'
    assert_output True
    stop_server
    assert_equal "$(transcript "$said_in")" \
        "Received \\x1b[2J\\n\\r\\t\\x00\\x7f\\x9b\\u202e\\u2066é\\xff\\xc3 from ('127.0.0.1', PORT)"
}

@test "server: peers that reset or say nothing do not end it" {
    start_server server -p 0
    peer '
for i in range(20):
    reset(connect())
    s = connect(); s.send(b"x" * 5000); reset(s)
    connect().close()'
    assert_success
    run_program client 127.0.0.1 "$port" alive
    assert_output alive
    stop_server
    assert_equal "$status" 0
}

@test "server: holds no descriptor more after fifty clients" {
    local before

    start_server server -p 0
    before=$(descriptors "$server_pid")
    peer '
for i in range(50):
    s = connect(); s.send(b"hi"); read_all(s); s.close()'
    assert_success
    wait_until 30 descriptors_are "$before"
}

@test "server: serves a slow client and a quick one at the same time" {
    start_server server -p 0
    peer '
slow = connect()
quick = connect(); quick.send(b"quick"); print(read_all(quick))
slow.send(b"slow"); print(read_all(slow))'
    assert_output "b'quick'
b'slow'"
}

@test "server: a client that drips bytes after the goodbye is cut off, too" {
    local before

    start_server server -p 0
    before=$(descriptors "$server_pid")
    peer '
s = connect()
s.send(b"hello")
s.recv(9)
end = time.monotonic() + 25 * patience
try:
    while time.monotonic() < end:
        s.send(b".")
        time.sleep(0.1)
except ConnectionError:
    print("cut off")'
    assert_output "cut off"
    wait_until 30 descriptors_are "$before"
}

@test "server: a client that is silent after the goodbye is cut off, too" {
    local before

    start_server server -p 0
    before=$(descriptors "$server_pid")
    exec 7<>"/dev/tcp/127.0.0.1/$port"
    printf hello >&7
    assert_equal "$(timeout $((20 * slow)) cat <&7)" hello
    wait_until 30 descriptors_are "$before"
    exec 7>&-
}

@test "server: its transcript comes out line by line, even into a file" {
    start_server server -p 0
    run_program client 127.0.0.1 "$port" hello
    wait_until 30 grep -q "Received hello" "$said_in"
}

@test "server: a transcript that cannot be written is an error, after the service" {
    # shellcheck disable=SC2016 # for the script
    echo 'exec "$@" >/dev/full' >"$BATS_TEST_TMPDIR/to_full"
    within="bash $BATS_TEST_TMPDIR/to_full" start_server server -p 0
    run_program client 127.0.0.1 "$port" hello
    assert_output hello
    stop_server
    assert_equal "$status" 1
    [[ $(complained) == *"server: cannot write the transcript" ]] || fail "$(complained)"
}

@test "server: its stop does not wait for a client that has its answer" {
    start_server server -p 0
    exec 7<>"/dev/tcp/127.0.0.1/$port"
    printf hello >&7
    assert_equal "$(timeout $((20 * slow)) cat <&7)" hello
    stop_server
    assert_equal "$status" 0
    # What it waits for in vain it says.
    [[ $(complained) != *"gave up"* ]] || fail "$(complained)"
    exec 7>&-
}

@test "server -t: ends an idle peer" {
    start_server server -t 1 -p 0
    peer 's = connect(); print(read_all(s))'
    assert_output "b''"
}

@test "server -t: ends a stuck peer even while reading from it is paused" {
    local before

    start_server server --keep-open -t $((slow * 2)) -p 0
    before=$(descriptors "$server_pid")
    # As much as it owes at most, it does not read: the flood stands still.
    peer '
s = connect()
flood(s)
end = time.monotonic() + 10 * patience
while descriptors() > int(sys.argv[2]) and time.monotonic() < end:
    time.sleep(0.05)
print("ended:", time.monotonic() < end)' "$before"
    assert_output "ended: True"
}

@test "server -t: spares a peer that sends nothing and takes what it is owed" {
    start_server server -k -t "$slow" -p 0
    # Small segments and buffers: what the kernel does not hold, the server owes.
    peer '
s = socket.socket()
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect(("127.0.0.1", port))
sent = bytes(range(250)) * 1400
s.sendall(sent)
got, end = bytearray(), time.monotonic() + 2 * patience
while time.monotonic() < end and (part := s.recv(5000)):
    got += part
    time.sleep(0.1 * patience)
slowly = len(got)
got += read_exactly(s, len(sent) - len(got))
print("slowly at first:", slowly < len(sent) // 2, "all back:", got == sent)'
    assert_output "slowly at first: True all back: True"
}

@test "server -m: one more than allowed waits until there is room" {
    start_server server -k -m 1 -p 0
    peer '
first = connect(); first.send(b"1"); print(first.recv(1))
second = connect(); second.send(b"2"); second.settimeout(0.3)
try: print(second.recv(1))
except TimeoutError: print("waits")
first.close(); second.settimeout(20); print(second.recv(1))'
    assert_output "b'1'
waits
b'2'"
}

@test "server -m: drops nobody: forty at once, three at a time, all are served" {
    start_server server -m 3 -p 0
    peer '
many = [connect() for i in range(40)]
for i, s in enumerate(many): s.send(b"number %d" % i)
served = 0
for i, s in enumerate(many):
    served += read_all(s) == b"number %d" % i
    s.close()
print(served)'
    assert_output 40
}

@test "server: numbers that are none are wrong usage" {
    assert_usage_error "not a number" server -t soon
    assert_usage_error "not a number" server -m 1.5
}
