# shellcheck shell=bash
# What the world does to an echo server, for long: a function for each, called by a
# test as `garbage server -k`. Each ends with the server alive, its descriptors back
# where they began, and a clean stop, where a sanitizer or valgrind would report a
# leak. For soak/all_servers.bats, and for the servers of later chapters.

# shellcheck source=02-sockets/tests/helpers/peer.bash
source "$root/02-sockets/tests/helpers/peer.bash"

slow=$((slow * 5)) # nothing here is quick: for the limits of the helpers
garbage_seconds=60
many=10000
slow_clients=1000
if [[ -n ${VALGRIND-} ]]; then
    garbage_seconds=10 many=1000 slow_clients=100
fi

begin() {
    start_server "$@" -p 0
    before=$(descriptors "$server_pid")
}

# ends_well: alive, nothing held, clean.
ends_well() {
    run_program ../02-sockets/client 127.0.0.1 "$port" alive
    assert_output alive
    wait_until 30 descriptors_are "$before" ||
        fail "$(descriptors "$server_pid") descriptors, $before at the beginning"
    stop_server
    assert_equal "$status" 0
    [[ $(complained) != *"gave up"* ]] || fail "$(complained)"
}

three_hundred_resets() {
    begin "$@"
    peer '
for i in range(300):
    s = connect()
    if i % 3: s.sendall(b"x" * (100_000 * (i % 3)))
    if i % 5 == 1 and i % 3: s.recv(1000)
    reset(s)
print("done")'
    assert_output "done"
    ends_well
}

# A thousand who send and do not read, all at once; then they do, slowly.
slow_clients() {
    begin "$@"
    peer -t 60 '
clients = [connect() for i in range(int(sys.argv[2]))]
before = memory()
pattern = bytes(range(251)) * 400
for s in clients:
    s.setblocking(False)
sent = [0] * len(clients)
for turn in range(6):
    for i, s in enumerate(clients):
        try:
            sent[i] += s.send(pattern[sent[i] % 251:])
        except BlockingIOError:
            pass
other = connect(); other.send(b"others"); print(other.recv(9))
print("MiB each:", (memory() - before) // 1024 // len(clients), file=sys.stderr)
wrong = 0
got = [0] * len(clients)
while any(g < n for g, n in zip(got, sent)):
    for i, s in enumerate(clients):
        s.settimeout(20 * patience)
        if got[i] < sent[i]:
            part = s.recv(min(40_000, sent[i] - got[i]))
            wrong += not part or part != pattern[got[i] % 251:][:len(part)]
            got[i] += len(part) or 10**9
    time.sleep(0.001)
print("wrong:", wrong)' "$slow_clients"
    assert_output "b'others'
wrong: 0"
    assert_equal "$stderr" "MiB each: 0"
    ends_well
}

# most RESIDENT: bytes an idle connection may cost, in a plain build.
ten_thousand() {
    local most=$1
    shift
    begin "$@"
    peer -t 60 '
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
before = memory()
clients, served = [], 0
for i in range(int(sys.argv[2])): # in turn: what is asked for is idle ones
    s = connect()
    s.send(b"%d" % i)
    served += s.recv(99) == b"%d" % i
    clients.append(s)
time.sleep(0.2)
print(served)
print((memory() - before) * 1024 // len(clients), file=sys.stderr)' "$many"
    assert_output "$many"
    if [[ -z ${SANITIZE-}${VALGRIND-} ]]; then
        echo "# $*: $stderr bytes for each of $many idle connections" >&3
        ((stderr <= most)) || fail "$stderr bytes each, at most $most"
    fi
    ends_well
}

# Random data, pauses, half-closes, resets; half of the peers have small
# buffers, so that much is owed. Twice all of them close, and then the server's
# memory must be what it was: what is needed once may stay, growth may not. (For
# that its buffers are not from the heap: what is freed there may stay, too.)
garbage() {
    MALLOC_MMAP_THRESHOLD_=2048 MALLOC_MMAP_MAX_=1000000 begin "$@"
    peer -t 120 '
import random
random.seed(4)
lasting, before = int(sys.argv[2]), int(sys.argv[3])
clients, steps, peers, most = {}, 0, 0, 0
def close(s):
    del clients[s]
    if random.random() < 0.5: reset(s)
    else: s.close()
def step():
    global peers
    if len(clients) < 200:
        s = connect(receive_buffer=4096 * (peers % 2))
        s.setblocking(False); clients[s] = False; peers += 1
    s = random.choice(list(clients))
    what = random.random()
    try:
        if what < 0.5:
            if not clients[s]: s.send(random.randbytes(random.choice((1, 60, 5000, 300_000))))
        elif what < 0.8: s.recv(random.choice((1, 4096, 500_000)))
        elif what < 0.82: s.shutdown(socket.SHUT_WR); clients[s] = True
        elif what < 0.84: close(s)
    except BlockingIOError: pass
    except OSError: close(s)
def run(seconds):
    global steps, most
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        step()
        steps += 1
        if steps % 1000 == 0: most = max(most, memory())
    for s in list(clients): close(s)
    while descriptors() > before: time.sleep(0.01)
    return memory()
early = run(lasting / 3)
late = run(lasting * 2 / 3)
print("1 MiB a peer:", most > 200 * 1024, "grew:", late - early > 512)
print(f"{steps} steps, {peers} peers, {most} kB at most, {early} kB, {late} kB after",
      file=sys.stderr)
' "$garbage_seconds" "$before"
    echo "# $*: $stderr" >&3
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || output=${output//True/False}
    assert_output "1 MiB a peer: False grew: False"
    ends_well
}
