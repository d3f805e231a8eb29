#!/usr/bin/env bats
# offload_server: a service that computes; what its clients see, also under load.

load ../../scripts/lib/test_helper
load ../../scripts/lib/peer
load helpers/executor
load ../../03-tasks/tests/helpers/cancel_at

peer_module=offload_peer

# Takes seconds: the largest prime that a signed 64-bit number can hold; and
# does so for long on any build.
prime=9223372036854775783
# Tenths of a second's on this build; a busy machine makes seconds of them.
shorter=9007199254740881
[[ -z ${SANITIZE-} ]] || shorter=562949953421231
[[ -z ${VALGRIND-} ]] || shorter=140737488355213
for_python=8796093022151 # a tenth of a second's in Python

# A quarter of that: even a busy machine has an answer within the 5 s of a stop.
quick=$shorter
[[ -n ${SANITIZE-}${VALGRIND-} ]] || quick=9007199254740881

begin() {
    start_server offload_server -p 0 "$@"
    before=$(descriptors "$server_pid")
}

# Alive, nothing held, nobody left behind, clean.
ends_well() {
    local fork_server workers each

    peer 's = connect(); s.sendall(b"15\n"); print(line(s))'
    assert_output 5
    wait_until 30 descriptors_are "$before" ||
        fail "$(descriptors "$server_pid") descriptors, $before at the beginning"
    fork_server=$(cat "/proc/$server_pid/task/$server_pid/children")
    workers=$(cat "/proc/${fork_server% }/task/${fork_server% }/children")
    stop_server
    assert_equal "$status" 0
    for each in $fork_server $workers; do
        wait_until 30 has_ended "$each" || fail "$each lives on"
    done
}

questions=$'600851475143\n15\r\n2\n\n4\nx\n-7\n 7\n7 \n1\n0\n18446744073709551615\n18446744073709551616\n97'

@test "offload_server: a number in, its largest prime factor out, as its twin" {
    local ours

    begin
    peer 's = connect(); s.sendall(sys.argv[2].encode()); s.shutdown(socket.SHUT_WR)
print(read_all(s).decode(), end="")' "$questions"
    assert_output --regexp $'^6857\n5\n2\nerror: not a number from 2 to [0-9]*\n2\nerror.*\n6700417\nerror: [^\n]*\n97$'
    ours=$output
    stop_server
    assert_equal "$status" 0

    start_twin offload_server -p 0
    peer 's = connect(); s.sendall(sys.argv[2].encode()); s.shutdown(socket.SHUT_WR)
print(read_all(s).decode(), end="")' "$questions"
    assert_equal "$ours" "$output"
    stop_server
    assert_equal "$status" 0
}

@test "offload_server: SIGTERM: its twin answers, too, and waits for no idle client" {
    start_twin offload_server -p 0
    peer '
idle = connect(); idle.sendall(b"15\n"); print(line(idle))
before = ticks()
asks = connect(); asks.sendall(b"%s\n" % sys.argv[2].encode())
computing(before)
os.kill(pid, signal.SIGTERM)
print(line(asks))
print(read_all(idle))' $for_python
    assert_output "5
$for_python
b''"
    wait "$server"
    server=''
}

@test "offload_server: others are served while it computes" {
    begin -w 2
    peer '
long = connect(); long.sendall(b"%s\n" % sys.argv[2].encode())
computing()
for i in range(20):
    s = connect(); s.sendall(b"600851475143\n"); print(line(s), end=" ")
print("before it" if not answered(long) else "after it")
reset(long)' $prime
    assert_output "$(printf '6857 %.0s' {1..20})before it"
    ends_well
}

@test "offload_server: with all workers at work, the loop still answers" {
    begin -w 1
    peer '
many = [connect() for i in range(20)]
for s in many: s.sendall(b"%s\n" % sys.argv[2].encode())
s = connect(); s.sendall(b"what?\n"); print(line(s)[:5], any(map(answered, many)))
for s in many: reset(s)' $prime
    assert_output "error False"
    ends_well
}

@test "offload_server broken: everybody waits for everybody" {
    begin broken
    peer '
long = connect(); long.sendall(b"%s\n" % sys.argv[2].encode())
computing()
s = connect(); s.sendall(b"15\n"); print(line(s), "after it" if answered(long) else "before it")' $shorter
    assert_output "5 after it"
    stop_server
    assert_equal "$status" 0
}

@test "offload_server: clients who break off in mid-job cost nothing" {
    begin -w 2
    # Each would keep a worker for seconds; forty of them, for minutes.
    peer '
for i in range(40):
    s = connect(); s.sendall(b"%s\n" % sys.argv[2].encode())
    if i % 4 == 0: computing()
    reset(s)
s = connect(); s.sendall(b"15\n"); print(line(s))' $prime
    assert_output 5
    ends_well
}

@test "offload_server: clients who leave while their jobs wait for room hold nothing" {
    begin -w 1
    peer '
before = descriptors()
long = connect(); long.sendall(b"%s\n" % sys.argv[2].encode()); computing()
many = [connect() for i in range(100)]
for s in many: s.sendall(b"15\n" * 9)
settle(); print(descriptors() - before)
for s in many: reset(s)
end = given() + 5
while descriptors() > before + 1 and given() < end: time.sleep(0.01)
print(descriptors() - before, answered(long))
reset(long)' $prime
    assert_output "101
1 False"
    ends_well
}

@test "offload_server: an idle client is closed after a minute, one that waits for its answer is not" {
    local -x FAKETIME="+0 x100" # a minute takes 0.6 s

    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "they want to be preloaded first"
    within="env LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)" begin -w 2
    peer '
waits = connect(); waits.sendall(b"%s\n" % sys.argv[2].encode())
idle = connect(); idle.sendall(b"15\n1"); print(line(idle)); print(read_all(idle))
print(answered(waits))
reset(waits)' $prime
    assert_output "5
b''
False"
    stop_server
    assert_equal "$status" 0
    assert_equal "$(complained | wc -l)" 1
}

@test "offload_server -m: one more than allowed waits until there is room" {
    begin -m 1 -w 1
    peer '
first, second = connect(), connect()
second.sendall(b"15\n"); first.sendall(b"4\n"); print(line(first)); settle()
print(answered(second)); first.close(); print(line(second))'
    assert_output "2
False
5"
    ends_well
}

@test "offload_server: a half-close is no breaking off" {
    begin -w 2
    peer '
s = connect(); s.sendall(b"%s\n15\n4" % sys.argv[2].encode()); s.shutdown(socket.SHUT_WR)
print(read_all(s).decode().split())' $shorter
    assert_output "['$shorter', '5', '2']"
    ends_well
}

@test "offload_server: more clients than the pool takes: all wait, all are answered" {
    begin -w 2
    peer '
many = [connect() for i in range(100)]
for i, s in enumerate(many): s.sendall(b"%d\n" % (2 * (i + 2)) * 3)
print(sum(line(s) == line(s) == line(s) for s in many))'
    assert_output 100
    ends_well
}

@test "offload_server: who asks without reading is not listened to" {
    begin -w 2
    peer '
s = connect(); small = memory(); pattern = b"4\nx\n" * 16384; sent = bytearray()
s.setblocking(False); stuck = given() + 0.5 * patience
while given() < stuck and len(sent) < 50_000_000:
    try:
        n = s.send(pattern[len(sent) % 4:]); sent += pattern[len(sent) % 4:][:n]
        stuck = given() + 0.5 * patience
    except BlockingIOError: time.sleep(0.01)
print(len(sent) < 50_000_000, memory() - small < 2000 or patience > 1)
o = connect(); o.sendall(b"15\n"); print(line(o))
reset(s)'
    assert_output "True True
5"
    ends_well
}

@test "offload_server: a line too long is an error, the next one is a line" {
    begin -w 1
    peer '
s = connect(); s.sendall(b"x" * 300000 + b"\n15\n" + b"1" * 65 + b"\n" + b"0" * 63 + b"6\n" + b"y" * 70)
print(line(s), line(s), line(s), line(s), line(s), sep="|")
s.shutdown(socket.SHUT_WR); print(read_all(s))
s = connect(); s.sendall(b"0" * 63 + b"6\r"); settle(); s.sendall(b"\n"); print(line(s))'
    assert_output "error: line too long|5|error: line too long|3|error: line too long
b''
3"
    ends_well
}

@test "offload_server: a worker that is killed in mid-job fails that job only" {
    begin -w 2
    peer '
long = connect(); long.sendall(b"%s\n" % sys.argv[2].encode())
os.kill(computing(), signal.SIGKILL)
print(line(long))
long.sendall(b"15\n"); print(line(long))' $prime
    assert_output "error: the worker process died
5"
    ends_well
}

@test "offload_server: idle workers sleep; one that dies so is replaced, too" {
    begin -w 2
    wait_until 30 has_workers 2
    wait_until 30 sleeps "${workers[0]}" || fail "an idle worker is busy"
    kill -KILL "${workers[0]}"
    wait_until 30 has_replaced 2 "${workers[0]}"
    ends_well
}

@test "offload_server: a signal to all its processes ends neither the fork server nor a worker" {
    local signal

    [[ -z ${VALGRIND-} ]] || skip "valgrind keeps some of the signals for itself"
    begin -w 1
    wait_until 30 has_workers 1
    # Not to the program itself: what becomes of that is another question.
    for signal in {1..64}; do
        case $signal in
            4 | 5 | 6 | 7 | 8 | 9 | 11 | 19 | 24 | 25 | 31) ;; # faults, limits, KILL, STOP
            32 | 33) ;;                                        # those are glibc's own
            *) kill -"$signal" "$fork_server" "${workers[@]}" ;;
        esac
    done
    kill -CONT "$fork_server" "${workers[@]}" # some of them have stopped it
    peer '
s = connect(); s.sendall(b"%s\n" % sys.argv[2].encode())
worker = computing()
for name in "HUP INT QUIT TERM USR1 USR2 ALRM PIPE".split():
    os.kill(worker, signal.Signals["SIG" + name])
print(line(s), worker)' $shorter
    assert_output "$shorter ${workers[0]}"
    kill -KILL "${workers[0]}" # the fork server fills its place
    wait_until 30 has_replaced 1 "${workers[0]}"
    ends_well
}

@test "offload_server: SIGTERM: what was asked is answered first" {
    begin -w 2
    peer '
s = connect(); s.sendall(b"%s\n" % sys.argv[2].encode())
computing()
os.kill(pid, signal.SIGTERM); settle()
try: connect(); print("open")
except OSError: print("closed")
print(line(s), read_all(s))' $quick
    assert_output "closed
$quick b''"
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 0
}

@test "offload_server: SIGTERM ends one that was started with SIGTERM blocked" {
    within="env --block-signal=INT,TERM" begin -w 1
    kill -TERM "$server_pid"
    wait_until 10 has_ended "$server_pid" || fail "it does not end"
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 0
}

@test "offload_server: SIGINT: an answer that takes too long is not waited for" {
    local start=$SECONDS

    begin -w 1
    peer 's = connect(); s.sendall(b"18446744073709551557\n"); s.sendall(b"4\n" * 2)
os.kill(computing(), signal.SIGSTOP)  # it would take longer, and the processor
os.kill(pid, signal.SIGINT); print(read_all(s))'
    assert_output "b''"
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 0
    ((SECONDS - start < 6 + 10 * slow)) || fail "$((SECONDS - start)) s"
}

@test "offload_server: wrong usage, and a port that is taken" {
    assert_usage_error "not a number" offload_server -p 99999
    assert_usage_error "not a number" offload_server -w 0
    assert_usage_error "fixed|broken" offload_server slowly
    begin
    run_program offload_server -p "$port"
    assert_failure 1
    assert_equal "$stderr" "offload_server: cannot listen on 127.0.0.1 port $port: Address already in use"
}

@test "offload_server: the fork server dies: the workers with it, and it ends, but answers first" {
    local fork_server workers each

    begin -w 1
    fork_server=$(cat "/proc/$server_pid/task/$server_pid/children")
    workers=$(cat "/proc/${fork_server% }/task/${fork_server% }/children")
    peer '
s = connect(); s.sendall(b"%s\n15\n" % sys.argv[2].encode())
computing(); os.kill(int(sys.argv[3]), signal.SIGKILL)
print(line(s), line(s), sep="|")' $prime "$fork_server"
    assert_output "error: the worker process died|error: all worker processes have died"
    for each in $workers; do
        wait_until 30 has_ended "$each" || fail "$each lives on"
    done
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 1
    [[ $(complained) == *"offload_server: all its processes have died: ending" ]] ||
        fail "$(complained)"
}

@test "offload_server: stdin, stdout, stderr closed, SIGCHLD ignored: the fork server is well" {
    local program fork_server ignored

    [[ -z ${VALGRIND-} ]] || skip "valgrind needs its stderr"
    "$python" -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.closerange(0, 3)
os.execv(sys.argv[1], sys.argv[1:])' "$build/$chapter/offload_server" -p 0 -w 1 3>&- &
    server=$!
    has_begun() {
        fork_server=$(cat "/proc/$server/task/$server/children")
        [[ -n $fork_server && -n $(cat "/proc/${fork_server% }/task/${fork_server% }/children") ]]
    }
    wait_until 30 has_begun
    run readlink "/proc/$server/fd/0" "/proc/$server/fd/1" "/proc/$server/fd/2"
    assert_output "$(printf '/dev/null\n%.0s' 1 2 3)"
    ignored=0x$(awk '/^SigIgn/ { print $2 }' "/proc/${fork_server% }/status")
    # SIGCHLD: while it is ignored the kernel reaps children, and reuses their numbers.
    assert_equal $((ignored >> 16 & 1)) 0
    # SIGHUP: under nohup it stays ignored, in every process.
    assert_equal $((ignored & 1)) 1
    kill "$server"
    wait "$server" || true
    server=''
}

@test "offload_server: whose clients have gone is stopped, even if none can be forked" {
    [[ -z ${VALGRIND-} ]] || skip "valgrind has descriptor limits of its own"
    begin -w 3
    peer '
import resource
children = lambda pid: list(map(int, open(f"/proc/{pid}/task/{pid}/children").read().split()))
(server,) = children(pid)
workers = children(server)
resource.prlimit(server, resource.RLIMIT_NOFILE, (3, 3))
many = [connect() for i in range(3)]
before = at_start
for s in many: s.sendall(b"%s\n" % sys.argv[2].encode()); computing(before); before = ticks()
for s in many: reset(s)
end = time.monotonic() + 30 * patience
while children(server) and time.monotonic() < end: time.sleep(0.01)
print(len(workers), len(children(server)))
s = connect(); s.sendall(b"15\n"); print(line(s))' $prime
    assert_output "3 0
error: no worker process can be started"
    stop_server
    assert_equal "$status" 0
}

@test "offload_server: has no limit of clients but the hard one of descriptors" {
    [[ -z ${VALGRIND-} ]] || skip "valgrind has descriptor limits of its own"
    ulimit -Sn 64
    begin -w 1
    ulimit -Sn "$(ulimit -Hn)"
    peer '
many = [connect() for i in range(100)]
for s in many: s.sendall(b"15\n")
print(sum(line(s) == "5" for s in many))'
    assert_output 100
    assert_equal "$(complained | wc -l)" 1
    stop_server
    assert_equal "$status" 0
}

@test "offload_server: cancelled at any await, it cleans up, answers nothing twice, loses no worker" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    cancel_each 05-pitfalls/offload_server '
def ask(questions, *answers):
    """Returns whether the answers are right, as far as they come."""
    global served
    got, expected = b"", b"".join(b"%s\n" % answer for answer in answers)
    try:
        s = connect()
        served += 1
        s.sendall(questions); s.shutdown(socket.SHUT_WR)
        got = read_all(s)
    except ConnectionError: pass
    full.append(got == expected)
    return expected.startswith(got)

def scene(run):
    global served, full
    served, full, run.ended_early = 0, [], not run.listens()
    if run.ended_early: return None  # cancelled before that
    right = [ask(b"15\n" + b"y" * 70 + b"\n4", b"5", b"error: line too long", b"2"),
             ask(b"562949953421231\n", b"562949953421231")]
    try:
        s = connect(); served += 1
        s.sendall(b"9223372036854775783\n"); settle(); reset(s)
    except ConnectionError: pass
    right += [ask(b"15\n", b"5")]
    run.ended_early = run.process.poll() is not None
    run.stop()
    return None if all(right) else "a wrong answer"

def check(run):
    if run.ended_early or run.cancelled and run.cancelled.startswith("serve.c"): return None
    if run.finals.count("offload_server.c") != served + 1: return f"finally {run.finals}, {served} clients"
    if full.count(False) > bool(run.cancelled): return f"all of it: {full}"
' -p 0 -w 1
}
