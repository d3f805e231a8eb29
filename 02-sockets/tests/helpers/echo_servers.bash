# shellcheck shell=bash
# What every echo server promises, seen from outside, a function for each promise:
# ends_well, say, is called by a test as `rounds server -k`, with the words that start
# the server. For all_servers.bats, and for the servers of later chapters:
# load ../../02-sockets/tests/helpers/echo_servers

# shellcheck source=02-sockets/tests/helpers/peer.bash
source "$root/02-sockets/tests/helpers/peer.bash"

still_serves() {
    run_program ../02-sockets/client 127.0.0.1 "$port" alive
    assert_success
    assert_output alive
}

ends_well() {
    stop_server "$@"
    assert_equal "$status" 0
}

# has_ended: after a signal that a peer sent.
has_ended() {
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 0
}

is_gone() {
    ! kill -0 "$1" 2>/dev/null
}

rounds() {
    start_server "$@" -p 0
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
    ends_well
    assert_equal "$(said)" ""
}

every_byte() {
    start_server "$@" -p 0
    head -c 10000000 /dev/urandom >"$BATS_TEST_TMPDIR/data"
    run bash -c "$(command_for -t 30 ../02-sockets/client) 127.0.0.1 $port <$BATS_TEST_TMPDIR/data |
        cmp - $BATS_TEST_TMPDIR/data"
    assert_success
    ends_well
}

# With hardly any room in the kernel nearly all of it waits in the server, and
# goes out a part at a time.
small_parts() {
    start_server "$@" -p 0
    peer '
import select
s = connect(receive_buffer=4096)
s.send(b"x"); s.recv(9)
server_end(s).setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
s.setblocking(False)
data, sent, got = os.urandom(1_000_000), 0, bytearray()
while len(got) < len(data):
    readable, writable, _ = select.select([s], [s] if sent < len(data) else [], [], 20 * patience)
    if writable: sent += s.send(data[sent:sent + 7000])
    if readable: got += s.recv(3000) or sys.exit("closed")
    if not readable and not writable: sys.exit("stands still")
print(got == data)'
    skip_if_not_permitted
    assert_output True
    ends_well
}

half_close() {
    start_server "$@" -p 0
    peer '
for fill in flood, flood_a_little:
    s = connect()
    sent = fill(s)
    s.shutdown(socket.SHUT_WR)
    settle()
    print(len(sent) > 100_000, read_all(s) == sent)'
    skip_if_not_permitted
    assert_output "True True
True True"
    ends_well
}

never_reads() {
    start_server "$@" -p 0
    peer '
before = memory()
s = connect()
sent = flood(s)
print("grew by 1 MiB:", memory() - before >= 1024)
other = connect(); other.send(b"others"); print(other.recv(9))
print("all back:", read_exactly(s, len(sent)) == sent)
s.send(b"and it reads again"); print(s.recv(99))
settle()
print("busy with nothing:", share_of_processor(0.5) > 0.1)'
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || output=${output/MiB: True/MiB: False}
    assert_output "grew by 1 MiB: False
b'others'
all back: True
b'and it reads again'
busy with nothing: False"
    ends_well
}

resets() {
    start_server "$@" -p 0
    peer '
for i in range(20):
    connect().close()
    reset(connect())
    s = connect(); s.sendall(b"x" * 100000); reset(s)
s = connect()
flood(s)
reset(s)'
    assert_success
    still_serves
    ends_well
}

# Full as it is, a peer that resets ends the wait for writing, and costs no more;
# one that has only half-closed may still read.
gone_while_paused() {
    start_server "$@" -p 0
    peer '
def idle(): return share_of_processor(0.3) < 0.3
before = descriptors()
s = connect(receive_buffer=4096)
flood_until_paused(s)
s.shutdown(socket.SHUT_WR)
while s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 5:
    time.sleep(0.01)  # FIN_WAIT2: the server has the FIN
while descriptors() > before + 1: time.sleep(0.01)  # the other peer
print("half-closed: idle:", idle(), "kept:", descriptors() == before + 1)
s.close()  # with bytes unread: a reset
end = time.monotonic() + 5 * patience
while descriptors() > before and time.monotonic() < end: time.sleep(0.01)
print("closed: freed:", descriptors() == before, "idle:", idle())'
    assert_output "half-closed: idle: True kept: True
closed: freed: True idle: True"
    ends_well
}

gone() {
    start_server "$@" -p 0
    vanish
    assert_success
    still_serves
    ends_well
}

no_descriptors() {
    [[ -z ${VALGRIND-} ]] || skip "valgrind keeps descriptors for itself"
    # A hard limit, since the server raises the soft one.
    within="prlimit --nofile=16" start_server "$@" -p 0
    peer '
start = time.monotonic()
many = [connect() for i in range(30)]
settle()
print("busy:", share_of_processor(2.5) > 0.1)
warnings = open(sys.argv[2]).read().count("cannot accept: Too many open files: pausing for 1 s")
print("one warning a pause:", 1 <= warnings <= time.monotonic() - start + 1)
for s in many: s.close()
s = connect(); s.send(b"again"); print(s.recv(9))' "$complained_in"
    assert_output "busy: False
one warning a pause: True
b'again'"
    ends_well
    (($(wc -l <"$complained_in") <= 8)) || fail "$(complained)"
}

one_lost() {
    [[ -z ${VALGRIND-}${SANITIZE-} ]] || skip "the same for every build"
    needs_tools strace
    within="strace -Dfqq -o /dev/null -e inject=accept4:error=EPROTO:when=1" \
        start_server "$@" -p 0
    still_serves
    run complained
    refute_output --partial "pausing"
    ends_well
}

soft_limit() {
    [[ -z ${VALGRIND-} ]] || skip "valgrind keeps descriptors for itself"
    within="prlimit --nofile=64:400" start_server "$@" -p 0
    peer '
many = [connect() for i in range(100)]
for s in many: s.send(b"hello")
print(sum(s.recv(9) == b"hello" for s in many))'
    assert_output 100
    ends_well
}

# socket_option LEVEL NAME COMMAND…: on the server's end of a connection.
socket_option() {
    local level=$1 name=$2

    shift 2
    start_server "$@" -p 0
    peer "
s = connect(); s.send(b'x'); s.recv(1)
print('$name:', server_end(s).getsockopt(socket.$level, socket.$name) != 0)"
    skip_if_not_permitted
    assert_output "$name: True"
    ends_well
}

no_memory() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "a sanitizer reserves address space as it likes"
    start_server "$@" -p 0
    # Its address space may grow by 1 MiB, and peers that do not read want more.
    # Who is dropped is chance, but not those who want nothing meanwhile.
    peer -t 120 '
quiet = [connect() for i in range(10)]
for s in quiet: s.send(b"before"); s.recv(9)
size = int(open(f"/proc/{pid}/statm").read().split()[0]) * os.sysconf("SC_PAGESIZE")
resource.prlimit(pid, resource.RLIMIT_AS, (size + 2**20, resource.RLIM_INFINITY))
peers = []
for i in range(60):
    s = connect(receive_buffer=4096)
    s.setblocking(False)
    peers.append(s)
dropped, end = False, time.monotonic() + 20 * patience
while not dropped and time.monotonic() < end:
    for s in peers:
        try: s.send(b"x" * 65536)
        except BlockingIOError: pass  # it takes no more now
        except OSError: dropped = True
    time.sleep(0.01)
resource.prlimit(pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
for s in peers: reset(s)
for s in quiet: s.send(b"after")
print("some dropped:", dropped, "quiet ones:", {s.recv(9) for s in quiet})'
    assert_success
    assert_output "some dropped: True quiet ones: {b'after'}"
    [[ $1 == server || $(complained) == *"one connection dropped"* ]] || fail "it says nothing"
    still_serves
    ends_well
}

idle_stop() {
    local signal

    # A client that has its echoes, confirms the last one after the 40 ms that
    # TCP may take for that, and does not close.
    for signal in TERM INT; do
        start_server "$@" -p 0
        peer "
s = connect()
for i in range(20): s.send(b'x'); s.recv(9)
os.kill(pid, signal.SIG$signal)
while os.path.exists(f'/proc/{pid}'): time.sleep(0.01)"
        assert_success
        has_ended
        # What it waits for in vain it says.
        assert_equal "$(wc -l <"$complained_in")" 1
    done
}

owing_stop() {
    start_server "$@" -p 0
    # Owed is what the server has read: sent, and in no queue towards it.
    peer '
s = connect()
sent = flood(s)
own = s.getsockname()[1]
owed = len(sent) - queues(own, port)[0] - queues(port, own)[1]
os.kill(pid, signal.SIGTERM)
settle()
got = bytearray()
try:
    while part := s.recv(65536): got += part
except ConnectionResetError:
    pass
print(sent.startswith(got), "owed:", owed, "short of:", max(0, owed - len(got)))'
    assert_output --regexp "^True owed: [0-9]{6,} short of: 0$"
    has_ended
    [[ $(complained) != *"gave up"* ]] || fail "$(complained)"
}

# A client that sends without end and reads all of it.
busy_stop() {
    start_server "$@" -p 0
    peer '
import threading
s = connect()
def send():
    try:
        while True: s.sendall(b"x" * 65536)
    except OSError: pass
threading.Thread(target=send, daemon=True).start()
for i in range(100): s.recv(65536)
os.kill(pid, signal.SIGTERM)
try:
    while s.recv(65536): pass
except ConnectionResetError: pass'
    assert_success
    has_ended
    [[ $(complained) != *"gave up"* ]] || fail "$(complained)"
}

polite_stop() {
    start_server "$@" -p 0
    stop_with_input_unread
    assert_output "all of the answer: True"
    has_ended
}

late_client() {
    start_server "$@" -p 0
    peer '
stuck = connect()
flood(stuck)
os.kill(pid, signal.SIGTERM)
settle()
got = b""
try:
    late = connect()
    late.send(b"late")
    late.settimeout(0.5 * patience)
    got = late.recv(9)
except (OSError, TimeoutError):
    pass
print("served:", got)
reset(stuck)'
    assert_output "served: b''"
    has_ended
}

stuck_stop() {
    local start

    start_server "$@" -p 0
    exec 7<>"/dev/tcp/127.0.0.1/$port"
    timeout 1 cat /dev/zero >&7 || true
    start=$SECONDS
    ends_well
    [[ $(complained) == *"gave up on 1 peers"* ]] || fail "$(complained)"
    ((SECONDS - start >= 4 && SECONDS - start < 20 * slow)) ||
        fail "it took $((SECONDS - start)) s"
    exec 7>&-
}

descriptors_back() {
    local before

    start_server "$@" -p 0
    before=$(descriptors "$server_pid")
    HELD=$((before + 23)) peer '
silent = [connect() for i in range(20)]
stuck = [connect() for i in range(3)]
for s in stuck: flood(s)
for i in range(20):
    s = connect(); s.send(b"hi"); s.shutdown(socket.SHUT_WR); read_all(s); s.close()
    reset(connect())
end = time.monotonic() + 20 * patience
while descriptors() != int(os.environ["HELD"]) and time.monotonic() < end:
    time.sleep(0.02)  # the last one may be on its way out still
print(descriptors())'
    assert_output $((before + 23))
    wait_until 30 descriptors_are "$before"
    ends_well
}

ipv6() {
    start_server "$@" -a ::1 -p 0
    assert_equal "$(complained)" "$1: listening on [::1]:$port"
    run_program ../02-sockets/client ::1 "$port" hello
    assert_output hello
    ends_well
    start_server "$@" -a :: -p 0
    run_program ../02-sockets/client ::1 "$port" hello
    assert_output hello
    run_program ../02-sockets/client 127.0.0.1 "$port" hello
    assert_failure 1
    ends_well
}

default_port() {
    # The tests of this take turns.
    exec 8>"$BATS_RUN_TMPDIR/port-8888"
    flock 8
    if (exec 7<>/dev/tcp/127.0.0.1/8888) 2>/dev/null; then
        skip "port 8888 is taken on this machine"
    fi
    start_server "$@"
    assert_equal "$(complained)" "$1: listening on 127.0.0.1:8888"
    ends_well
    exec 8>&-
}

taken_port() {
    start_server "$@" -p 0
    run_program "$@" -p "$port"
    assert_failure 1
    assert_output ""
    assert_equal "$stderr" \
        "$1: cannot listen on 127.0.0.1 port $port: Address already in use"
    run_program "$@" -a 192.0.2.1 -p 0
    assert_failure 1
    [[ $stderr == "$1: cannot listen on 192.0.2.1 port 0: Cannot assign"* ]] || fail "$stderr"
}

# The server closes first, so that its end of the connection lingers on the port.
restart() {
    start_server "$@" -p 0
    peer '
s = connect(); s.send(b"x"); s.recv(9)
os.kill(pid, signal.SIGTERM)
print(s.recv(9))'
    assert_output "b''"
    wait "$server"
    start_server "$@" -p "$port"
    still_serves
    ends_well
}

wrong_usage() {
    assert_usage_error "0 to 65535" "$@" -p 65536
    assert_usage_error "0 to 65535" "$@" -p -1
    assert_usage_error "0 to 65535" "$@" -p http
    assert_usage_error "0 to 65535" "$@" -p ""
    assert_usage_error "not a numeric" "$@" -a localhost
    assert_usage_error "not a numeric" "$@" -a 127.0.0.1.2
    assert_usage_error "'-p': usage: $1" "$@" -p
    assert_usage_error "'--keep-opened': usage: $1" "$@" --keep-opened
    assert_usage_error "'x': usage: $1" "$@" x
}
