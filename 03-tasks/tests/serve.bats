#!/usr/bin/env bats
# Module serve: its limits, and its stop, in drivers/serve_lines.c. What clients can do
# to it is in echo.bats.

load ../../scripts/lib/test_helper
load ../../scripts/lib/peer

start_lines() {
    mkdir -p "$BATS_TEST_TMPDIR/tests/drivers"
    start_server tests/drivers/serve_lines -p 0 "$@"
}

@test "serve: its stop lets a task finish its answer, and refuses new clients" {
    start_lines
    peer '
idle, works = connect(), connect()
works.send(b"work\n")
settle()
os.kill(pid, signal.SIGTERM)
print(read_all(idle))
try: connect(); print("accepted")
except ConnectionRefusedError: print("refused")
print(read_all(works))'
    assert_output "b''
refused
b'done\\n'"
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 0
    assert_equal "$(said)" "ends: fine
ends: fine"
    [[ $(complained) != *"gave up"* ]] || fail "$(complained)"
}

@test "serve: tasks left after the grace period are cancelled, and clean up" {
    start_lines -t 100
    peer '
many = [connect() for i in range(3)]
for s in many: s.send(b"hang\n")
settle()
os.kill(pid, signal.SIGINT)
print([read_all(s) for s in many])'
    assert_output "[b'', b'', b'']"
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 0
    assert_equal "$(said)" "ends: cancelled
ends: cancelled
ends: cancelled"
    [[ $(complained) == *"gave up on 3 peers" ]] || fail "$(complained)"
}

@test "serve: a task can stop it; cancelled, it grants no grace" {
    start_lines
    peer '
other, s = connect(), connect()
s.send(b"stop\n")
print(read_all(other), read_all(s))'
    assert_output "b'' b'done\\n'"
    wait "$server"
    server=''
    start_lines
    peer '
other, s = connect(), connect()
other.send(b"work\n")
settle()
s.send(b"cancel\n")
print(read_all(other))'
    assert_output "b''"
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 1
    [[ $(complained) == *"main failed: cancelled" ]] || fail "$(complained)"
    assert_equal "$(said)" "ends: cancelled
ends: cancelled"
}

@test "serve: an error ends its connection only, and is printed; a reset is not" {
    local before

    start_lines
    before=$(descriptors "$server_pid")
    peer '
other, failing, loses, resets, waits = [connect() for i in range(5)]
waits.send(b"wait\n")
failing.send(b"fail\n"); print(read_all(failing))
loses.send(b"lose\n"); print(read_all(loses))
resets.send(b"wait\n"); settle(); reset(resets)
waits.shutdown(socket.SHUT_WR); print(read_all(waits))
other.send(b"work\n"); print(other.recv(9))'
    assert_output "b''
b''
b'done\\n'
b'done\\n'"
    wait_until 30 descriptors_are "$before"
    stop_server
    assert_equal "$status" 0
    run complained
    assert_line --index 1 "serve_lines: simulated error: one connection dropped"
    assert_equal "${#lines[@]}" 2
}

@test "serve: a task that works for its client notices that the client has left" {
    local before

    start_lines
    before=$(descriptors "$server_pid")
    peer '
many = [connect() for i in range(20)]
for s in many: s.send(b"job\n")
settle()
print(descriptors() - int(sys.argv[2]))
for s in many[:10]: s.close()
for s in many[10:]: reset(s)' "$before"
    assert_output 20
    wait_until 30 descriptors_are "$before"
    stop_server
    assert_equal "$status" 0
    assert_equal "$(said | sort | uniq -c | tr -s ' ')" " 10 ends: connection lost
 10 ends: fine"
}

@test "serve -m: one more than allowed waits until there is room" {
    start_lines -m 1
    peer '
first = connect(); first.send(b"work\n"); print(first.recv(9))
second = connect(); second.send(b"work\n")
settle(); print(descriptors()); first.send(b"work\n"); print(first.recv(9))
before = descriptors(); first.close(); print(second.recv(9), descriptors() == before)'
    assert_success
    assert_line --index 3 "b'done\\n' True"
}

@test "serve: paused, it serves those that it has, and lets others wait until it resumes" {
    start_lines
    peer '
first = connect(); first.send(b"pause\n"); print(first.recv(9)); before = descriptors()
second = connect(); second.send(b"work\n")
first.send(b"work\n"); print(first.recv(9), descriptors() == before)
first.send(b"resume\n"); print(first.recv(9), second.recv(9))
second.send(b"pause\n"); print(second.recv(9))'
    assert_output "b'done\\n'
b'done\\n' True
b'done\\n' b'done\\n'
b'done\\n'"
    stop_server
    assert_equal "$status" 0
}
