#!/usr/bin/env bats
# server: what its clients and its operator see.

load ../scripts/test_helper

# peer CODE [ARGUMENT…]: Python that plays a peer; sys.argv[1] is the port.
peer() {
    local code=$1

    needs_python
    shift
    run --separate-stderr timeout -s KILL 30 "$python" -c "
import os, socket, struct, sys, time
def connect(host='127.0.0.1'):
    s = socket.create_connection((host, int(sys.argv[1])))
    s.settimeout(20)
    return s
def read_all(s):
    data = b''
    while part := s.recv(65536):
        data += part
    return data
def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()
$code" "$port" "$@"
}

transcript() {
    # The ports of the clients are the kernel's choice.
    sed -E "s/(', )[0-9]+/\1PORT/" "$1"
}

@test "server: its transcript is its twin's" {
    needs_python
    start_server server -p 0
    for message in hello "two words" "Grüße, 世界 😀" ""; do
        run_program client 127.0.0.1 "$port" "$message"
        assert_success
        assert_output "$message"
    done
    stop_server
    assert_equal "$status" 0

    "$python" -u 02-sockets/server.py -p 0 >"$BATS_TEST_TMPDIR/twin.out" \
        2>"$BATS_TEST_TMPDIR/twin.err" 3>&- &
    server=$!
    wait_until 10 grep -q listening "$BATS_TEST_TMPDIR/twin.err"
    port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$BATS_TEST_TMPDIR/twin.err")
    for message in hello "two words" "Grüße, 世界 😀" ""; do
        run_program client 127.0.0.1 "$port" "$message"
        assert_output "$message"
    done
    kill -TERM "$server"
    wait "$server"
    assert_equal "$(transcript "$said_in")" "$(transcript "$BATS_TEST_TMPDIR/twin.out")"
    assert_equal "$(wc -l <"$said_in")" 4
}

@test "server: listens on 127.0.0.1:8888 by itself" {
    if (exec 7<>/dev/tcp/127.0.0.1/8888) 2>/dev/null; then
        skip "port 8888 is taken on this machine"
    fi
    start_server server
    assert_equal "$(complained)" "server: listening on 127.0.0.1:8888"
    run_program client 127.0.0.1 8888 hello
    assert_output hello
    stop_server
    assert_equal "$status" 0
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
    wait_until 5 descriptors_are "$before"
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

@test "server -k: echoes until the client closes, prints nothing" {
    start_server server -k -p 0
    peer '
s = connect()
for i in range(3):
    s.send(b"round %d" % i)
    print(s.recv(100).decode())
s.shutdown(socket.SHUT_WR)
print(read_all(s))'
    assert_output "round 0
round 1
round 2
b''"
    stop_server
    assert_equal "$(said)" ""
}

@test "server --keep-open: ten megabytes come back as they went, half-close and all" {
    start_server server --keep-open -p 0
    head -c 10000000 /dev/urandom >"$BATS_TEST_TMPDIR/data"
    run bash -c "$(command_for -t 30 client) 127.0.0.1 $port <$BATS_TEST_TMPDIR/data | cmp - $BATS_TEST_TMPDIR/data"
    assert_success
}

@test "server -k: a client that never reads is not buffered without bound" {
    start_server server -k -p 0
    peer '
s = connect()
def memory():
    with open(f"/proc/{sys.argv[2]}/status") as status:
        return next(int(l.split()[1]) for l in status if l.startswith("VmRSS"))
before = memory()
s.setblocking(False)
sent = 0
stuck = time.monotonic() + 1
while time.monotonic() < stuck:
    try:
        sent += s.send(b"x" * 65536)
        stuck = time.monotonic() + 1
    except BlockingIOError:
        time.sleep(0.01)
print("grew", memory() - before > 1024)
s.setblocking(True)
s.shutdown(socket.SHUT_WR)
print("all back", len(read_all(s)) == sent)' "$server_pid"
    assert_success
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || output=${output/grew True/grew False}
    assert_output "grew False
all back True"
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

@test "server -k: a peer that resets in the middle of a flood does not end it" {
    start_server server -k -p 0
    peer '
for i in range(20):
    s = connect(); s.sendall(b"x" * 100000); reset(s)'
    assert_success
    run_program client 127.0.0.1 "$port" alive
    assert_output alive
}

@test "server: a peer that is gone when the echo is written does not end it" {
    # Half-closed, then reset, while the server sleeps: its first write raises
    # SIGPIPE where that is not ignored.
    start_server server -p 0
    peer '
import signal
os.kill(int(sys.argv[2]), signal.SIGSTOP)
for i in range(5):
    s = connect()
    s.send(b"hello")
    s.shutdown(socket.SHUT_WR)
    reset(s)
os.kill(int(sys.argv[2]), signal.SIGCONT)' "$server_pid"
    assert_success
    run_program client 127.0.0.1 "$port" alive
    assert_output alive
    stop_server
    assert_equal "$status" 0
}

descriptors_are() {
    [[ $(descriptors "$server_pid") == "$1" ]]
}

@test "server: holds no descriptor more after fifty clients" {
    local before

    start_server server -p 0
    before=$(descriptors "$server_pid")
    peer '
for i in range(50):
    s = connect(); s.send(b"hi"); read_all(s); s.close()'
    assert_success
    wait_until 5 descriptors_are "$before"
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

@test "server -t: ends an idle peer" {
    start_server server -t 1 -p 0
    peer 's = connect(); print(read_all(s))'
    assert_output "b''"
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

@test "server: out of descriptors it pauses, says so, and serves again" {
    [[ -z ${VALGRIND-} ]] || skip "valgrind keeps descriptors for itself"
    # A hard limit, since the server raises the soft one.
    within="prlimit --nofile=16" start_server server -k -p 0
    peer '
many = [connect() for i in range(30)]
time.sleep(1)
for s in many: s.close()
time.sleep(1.5)
s = connect(); s.send(b"again"); print(s.recv(9))'
    assert_output "b'again'"
    [[ $(complained) == *"cannot accept: Too many open files: pausing for 1 s"* ]] || fail "$(complained)"
    (($(wc -l <"$complained_in") <= 6)) || fail "not one warning a pause: $(complained)"
}

@test "server: SIGTERM and SIGINT end it with 0, though clients are there" {
    for signal in TERM INT; do
        start_server server -k -p 0
        exec 7<>"/dev/tcp/127.0.0.1/$port"
        printf hello >&7
        read -r -t $((5 * slow)) -N 5 -u 7 reply
        assert_equal "$reply" hello
        stop_server "$signal"
        assert_equal "$status" 0
        exec 7>&-
    done
}

@test "server: what it owes is flushed when it is stopped, to the end and not to a reset" {
    start_server server -k -p 0
    peer '
import signal
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
s.connect(("127.0.0.1", int(sys.argv[1])))
s.setblocking(False)
sent = 0
stuck = time.monotonic() + 0.5
while time.monotonic() < stuck:
    try:
        sent += s.send(b"x" * 65536)
        stuck = time.monotonic() + 0.5
    except BlockingIOError:
        time.sleep(0.01)
os.kill(int(sys.argv[2]), signal.SIGTERM)
s.setblocking(True)
print(len(read_all(s)) > 256 * 1024)' "$server_pid"
    assert_success
    assert_output True
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 0
}

@test "server: a peer that does not take what it is owed delays the stop by 5 s, not more" {
    local start=$SECONDS

    start_server server -k -p 0
    exec 7<>"/dev/tcp/127.0.0.1/$port"
    timeout 1 cat /dev/zero >&7 || true
    stop_server
    assert_equal "$status" 0
    [[ $(complained) == *"gave up on 1 peers"* ]] || fail "$(complained)"
    ((SECONDS - start < 12 * slow)) || fail "it took $((SECONDS - start)) s"
    exec 7>&-
}

@test "server: a port that is taken: says so, exit 1" {
    start_server server -p 0
    run_program server -p "$port"
    assert_failure 1
    assert_output ""
    assert_equal "$stderr" "server: cannot listen on 127.0.0.1 port $port: Address already in use"
}

@test "server: an address that is not this machine's: says so, exit 1" {
    run_program server -a 192.0.2.1 -p 0
    assert_failure 1
    [[ $stderr == *"cannot listen on 192.0.2.1 port 0: Cannot assign"* ]] || fail "$stderr"
}

@test "server: ports, addresses and options that are none are wrong usage" {
    assert_usage_error "0 to 65535" server -p 65536
    assert_usage_error "0 to 65535" server -p -1
    assert_usage_error "0 to 65535" server -p http
    assert_usage_error "0 to 65535" server -p ""
    assert_usage_error "not a numeric" server -a localhost
    assert_usage_error "not a numeric" server -a 127.0.0.1.2
    assert_usage_error "'-p': usage: server" server -p
    assert_usage_error "'--keep-opened': usage: server" server --keep-opened
    assert_usage_error "'x'" server x
    assert_usage_error "not a number" server -t soon
    assert_usage_error "not a number" server -m 1.5
}
