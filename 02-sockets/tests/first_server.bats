#!/usr/bin/env bats
# first_server: what it does as its twin does, and what its header says it lacks:
# each of these is seen here, and server.c has it (all_servers.bats, server.bats).

load ../../scripts/lib/test_helper
load helpers/peer

# What each of four clients gets, of which three are there at once.
four_clients() {
    peer '
many = [connect() for i in range(3)]
for i, s in enumerate(many): s.send(b"number %d" % i)
for s in reversed(many): print(s.recv(99))
many[0].send(b"again"); print(many[0].recv(99))
for s in many: s.shutdown(socket.SHUT_WR)
print([read_all(s) for s in many])'
    assert_success
    run_program client 127.0.0.1 "$port" "Grüße"
    assert_output "Grüße"
}

still_serves() {
    run_program client 127.0.0.1 "$port" alive
    assert_success
    assert_output alive
}

@test "first_server: it echoes to several clients what its twin does" {
    local ours

    start_server first_server -p 0
    four_clients
    ours=$output
    stop_server
    assert_equal "$status" 0
    assert_equal "$(said)" ""
    start_twin first_server -p 0
    four_clients
    assert_equal "$ours" "$output"
    stop_server
    assert_equal "$status" 0
    assert_equal "$(said)" ""
}

@test "first_server: ten megabytes come back as they went, while the client sends" {
    start_server first_server -p 0
    head -c 10000000 /dev/urandom >"$BATS_TEST_TMPDIR/data"
    peer '
import threading
data = open(sys.argv[2], "rb").read()
s = connect()
threading.Thread(target=s.sendall, args=(data,)).start()
print(read_exactly(s, len(data)) == data)' "$BATS_TEST_TMPDIR/data"
    assert_output True
}

@test "first_server: peers that reset, or are gone when it writes, do not end it" {
    start_server first_server -p 0
    peer '
for i in range(20):
    connect().close()
    reset(connect())
    s = connect(); s.sendall(b"x" * 100000); reset(s)'
    assert_success
    vanish
    assert_success
    still_serves
    stop_server
    assert_equal "$status" 0
}

@test "first_server: SIGTERM and SIGINT end it with clients connected, exit 0" {
    for signal in TERM INT; do
        start_server first_server -p 0
        exec 7<>"/dev/tcp/127.0.0.1/$port"
        printf hello >&7
        read -r -N 5 -t $((20 * slow)) -u 7 line
        assert_equal "$line" hello
        stop_server "$signal"
        assert_equal "$status" 0
        assert_equal "$(complained)" "first_server: listening on 127.0.0.1:$port"
        exec 7>&-
    done
}

@test "first_server: it holds no descriptor more when all clients are gone" {
    local before

    start_server first_server -p 0
    before=$(descriptors "$server_pid")
    peer '
for i in range(50):
    s = connect(); s.send(b"hi"); s.recv(9); s.close()
    reset(connect())'
    assert_success
    wait_until 30 descriptors_are "$before"
}

@test "first_server: a port that is taken is an error, exit 1" {
    start_server first_server -p 0
    run_program first_server -p "$port"
    assert_failure 1
    assert_equal "$stderr" \
        "first_server: cannot listen on 127.0.0.1 port $port: Address already in use"
}

@test "first_server: invalid ports and options are usage errors" {
    assert_usage_error "0 to 65535" first_server -p 65536
    assert_usage_error "0 to 65535" first_server -p http
    assert_usage_error "'-p': usage: first_server" first_server -p
    assert_usage_error "'-k': usage: first_server" first_server -k
    assert_usage_error "'x': usage: first_server" first_server x
}

@test "first_server lacks 02-07: a client that does not read costs all that it sends" {
    start_server first_server -p 0
    peer '
before = memory()
s = connect()
s.sendall(b"x" * 30_000_000)
end = time.monotonic() + 20 * patience
while memory() - before < 15_000 and time.monotonic() < end: time.sleep(0.05)
print("grew by 15 MB:", memory() - before >= 15_000)'
    assert_output "grew by 15 MB: True"
}

@test "first_server lacks 02-11: a client that has sent all loses what it is owed" {
    local start

    for start in start_server start_twin; do
        "$start" first_server -p 0
        peer '
s = connect()
s.sendall(b"x" * 30_000_000)
s.shutdown(socket.SHUT_WR)
settle()
try: n = len(read_all(s))
except ConnectionResetError: n = 0
print("gets all:", n == 30_000_000)'
        if [[ $start == start_twin ]]; then
            assert_output "gets all: True" # close() of asyncio sends it
        else
            assert_output "gets all: False"
        fi
        stop_server
    done
}

@test "first_server lacks 02-10: its stop throws away what it owes" {
    start_server first_server -p 0
    peer '
s = connect()
s.sendall(b"x" * 30_000_000)
own = s.getsockname()[1]
while queues(own, port)[0] or queues(port, own)[1]: time.sleep(0.05)
os.kill(pid, signal.SIGTERM)
try: n = len(read_all(s))
except ConnectionResetError: n = 0
print("gets all:", n == 30_000_000)'
    assert_output "gets all: False"
}

@test "first_server lacks 02-12: its stop destroys an answer on its way" {
    start_server first_server -p 0
    stop_with_input_unread
    assert_output "all of the answer: False"
}

@test "first_server lacks 02-14: without descriptors it spins, and says so each time" {
    [[ -z ${VALGRIND-} ]] || skip "valgrind keeps descriptors for itself"
    within="prlimit --nofile=16" start_server first_server -p 0
    peer '
many = [connect() for i in range(30)]
end = time.monotonic() + timeout
while (said := open(sys.argv[2]).read().count("Too many open files")) <= 100 and time.monotonic() < end:
    time.sleep(0.05)
print(said > 100)' "$complained_in"
    assert_output True
}

@test "first_server lacks 02-14: a low soft limit of descriptors stays" {
    [[ -z ${VALGRIND-} ]] || skip "valgrind keeps descriptors for itself"
    within="prlimit --nofile=64:400" start_server first_server -p 0
    peer '
many = [connect() for i in range(100)]
for s in many: s.send(b"hello"); s.settimeout(0.5 * patience)
print("the hundredth is served:", end=" ")
try: print(many[-1].recv(9) == b"hello")
except TimeoutError: print(False)'
    assert_output "the hundredth is served: False"
}

@test "first_server lacks 02-23: Nagle is on" {
    start_server first_server -p 0
    peer '
s = connect(); s.send(b"x"); s.recv(1)
print("TCP_NODELAY:", server_end(s).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0)'
    skip_if_not_permitted
    assert_output "TCP_NODELAY: False"
}

@test "first_server lacks 02-09: a client may be silent for as long as it likes" {
    start_server server -k -t 1 -p 0
    peer 's = connect(); print(read_all(s))'
    assert_output "b''"
    stop_server
    assert_usage_error "'-t'" first_server -t 1
    start_server first_server -p 0
    peer '
s = connect()
s.settimeout(3)
try: print(s.recv(9))
except TimeoutError: print("still there")'
    assert_output "still there"
}
