#!/usr/bin/env bats
# client: connecting, sending, half-closing, printing.

load ../../scripts/lib/test_helper
load ../../scripts/lib/peer
load helpers/name_servers

@test "client: prints what its twin prints" {
    start_server server -p 0
    same_as_twin client 127.0.0.1 "$port" hello
    assert_output hello
}

@test "client: the answer comes out to the byte, with no newline added" {
    start_server server -p 0
    run bash -c "$(command_for client) 127.0.0.1 $port hello | od -c -An"
    assert_output "   h   e   l   l   o"
}

@test "client: sends stdin when there is no message: a pipe, a file, nothing" {
    start_server server -k -p 0
    run bash -c "printf 'from a pipe' | $(command_for client) 127.0.0.1 $port"
    assert_output "from a pipe"
    head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/data"
    run bash -c "$(command_for client) 127.0.0.1 $port <$BATS_TEST_TMPDIR/data | cmp - $BATS_TEST_TMPDIR/data"
    assert_success
    run bash -c "$(command_for client) 127.0.0.1 $port </dev/null"
    assert_success
    assert_output ""
}

@test "client: a closed stdin is an empty one" {
    [[ -z ${VALGRIND-} ]] || skip "valgrind takes the number of a closed stdin"
    start_server server -k -p 0
    run bash -c "$(command_for client) 127.0.0.1 $port <&-"
    assert_success
    assert_output ""
}

# getaddrinfo waits 10 s for them; the client does not wait for its thread.
@test "client -t: name servers that are silent are a timeout, at once" {
    [[ -z ${VALGRIND-} ]] || skip "valgrind finds what its thread still has"
    with_names '' 'nameserver 127.0.0.41' 127.0.0.41=silent
    run_program -t 5 client -t 0.5 slow.test 8888 hello
    assert_failure 1
    assert_equal "$stderr" "client: cannot resolve slow.test port 8888: timed out"
}

# That it is refused shows that the address was found.
@test "client: a first name server that refuses does not keep it from the address" {
    with_names '' 'nameserver 127.0.0.41\nnameserver 127.0.0.42' \
        127.0.0.41=refuses 127.0.0.42=answers,127.0.0.3
    run_program client svc.test 9 hello
    assert_failure 1
    assert_equal "$stderr" "client: cannot connect to svc.test port 9: Connection refused"
}

@test "client: name servers that refuse are a failure to resolve, not an unknown host" {
    with_names '' 'nameserver 127.0.0.42' 127.0.0.42=refuses
    run_program client svc.test 9 hello
    assert_failure 1
    assert_equal "$stderr" \
        "client: cannot resolve svc.test port 9: Temporary failure in name resolution"
}

@test "client: a name that no name server knows is an unknown host" {
    with_names '' 'nameserver 127.0.0.42' 127.0.0.42=knows_no_name
    run_program client svc.test 9 hello
    assert_failure 1
    assert_equal "$stderr" "client: cannot connect to svc.test port 9: unknown host"
}

@test "client: an empty message is one: it half-closes and reads on" {
    start_server server -p 0
    run_program client 127.0.0.1 "$port" ""
    assert_success
    assert_output ""
}

@test "client: sends stdin as it comes, and does not wait for its end" {
    start_server server -k -p 0
    coproc CLIENT { $(command_for client) 127.0.0.1 "$port" 3>&-; }
    printf 'one\n' >&"${CLIENT[1]}"
    read -r -t $((20 * slow)) -u "${CLIENT[0]}" line
    assert_equal "$line" one
    printf 'two\n' >&"${CLIENT[1]}"
    read -r -t $((20 * slow)) -u "${CLIENT[0]}" line
    assert_equal "$line" two
    kill "$CLIENT_PID"
}

@test "client: ends when the server does, though stdin goes on" {
    start_server server -p 0
    mkfifo "$BATS_TEST_TMPDIR/stdin"
    exec 7<>"$BATS_TEST_TMPDIR/stdin"
    printf hello >&7
    run bash -c "$(command_for client) 127.0.0.1 $port <&7"
    exec 7>&-
    assert_success
    assert_output hello
}

@test "client: a name with two addresses: the second is tried when the first refuses" {
    start_server server -a ::1 -p 0
    run_program client localhost "$port" six
    assert_success
    assert_output six
    stop_server
    start_server server -a 127.0.0.1 -p 0
    run_program client localhost "$port" four
    assert_success
    assert_output four
}

# in_hosts ADDRESS…: of both.test, in the /etc/hosts of what $within runs.
in_hosts() {
    unshare -m mount --bind /etc/hosts /etc/hosts 2>/dev/null ||
        skip "no mount namespace to be had here"
    printf '%s both.test\n' "$@" >"$BATS_TEST_TMPDIR/hosts"
    cat >"$BATS_TEST_TMPDIR/in_hosts" <<END
mount --bind $BATS_TEST_TMPDIR/hosts /etc/hosts && exec "\$@"
END
    within="unshare -m bash $BATS_TEST_TMPDIR/in_hosts"
}

@test "client: /etc/hosts is respected, and all of its addresses are tried" {
    start_server server -a ::1 -p 0
    in_hosts 127.0.0.2 127.0.0.1 ::1
    run_program client both.test "$port" hello
    assert_success
    assert_output hello
}

@test "client: a first address that swallows packets does not keep it from the second" {
    start_peer '
full, s = socket.socket(), socket.socket()
full.bind(("127.0.0.2", 0))
full.listen(0)
waiting = [socket.socket() for i in range(3)]
for w in waiting: w.setblocking(False); w.connect_ex(full.getsockname())
s.bind(("127.0.0.3", full.getsockname()[1]))
s.listen(9)
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
c.send(c.recv(10))
c.close()'
    in_hosts 127.0.0.2 127.0.0.3
    run_program client -t $((6 * slow)) both.test "$port" hello
    assert_success
    assert_output hello
}

@test "client: an IPv6 address may stand in brackets, as the server prints it" {
    start_server server -a ::1 -p 0
    run_program client '[::1]' "$port" six
    assert_success
    assert_output six
}

@test "client: refused" {
    start_server server -p 0
    stop_server
    run_program client 127.0.0.1 "$port" hello
    assert_failure 1
    assert_output ""
    assert_equal "$stderr" "client: cannot connect to 127.0.0.1 port $port: Connection refused"
}

@test "client: an unknown host" {
    [[ -z ${VALGRIND-} ]] || skip "if it times out, valgrind finds what its thread still has"
    run_program -t 20 client no-such-host.invalid 8888 hello
    assert_failure 1
    assert_output ""
    [[ $stderr == "client: cannot "*" no-such-host.invalid port 8888: "* ]] || fail "$stderr"
    [[ $stderr != *refused* ]] || fail "$stderr"
    # Where no name server answers, the answer is not to be had either.
    [[ $stderr == *"unknown host" || $stderr == *"timed out" ||
        $stderr == *"Temporary failure in name resolution" ]] || fail "$stderr"
}

@test "client -t: a host that does not answer is a timeout" {
    # A listening socket whose queue is full lets further peers wait.
    start_peer '
s = listen(backlog=0)
full = [socket.socket() for i in range(3)]
for f in full: f.setblocking(False); f.connect_ex(s.getsockname())
print(s.getsockname()[1], flush=True)
time.sleep(60)'
    run_program client -t 0.5 127.0.0.1 "$port" hello
    assert_failure 1
    assert_output ""
    assert_equal "$stderr" "client: cannot connect to 127.0.0.1 port $port: timed out"
}

@test "client: a server that resets is an error, with its reason" {
    start_peer '
s = listen()
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
c.recv(10)
reset(c)'
    run_program client 127.0.0.1 "$port" hello
    assert_failure 1
    [[ $stderr == *"Connection reset by peer" ]] || fail "$stderr"
}

@test "client: output that cannot be written is an error" {
    start_server server -p 0
    run bash -c "$(command_for client) 127.0.0.1 $port hello >/dev/full"
    assert_failure 1
    assert_output "client: cannot write stdout: No space left on device"
}

@test "client: arguments that are none are wrong usage" {
    assert_usage_error "usage: client" client
    assert_usage_error "usage: client" client 127.0.0.1
    assert_usage_error "usage: client" client 127.0.0.1 80 a b
    assert_usage_error "1 to 65535" client 127.0.0.1 0 x
    assert_usage_error "1 to 65535" client 127.0.0.1 65536 x
    assert_usage_error "1 to 65535" client 127.0.0.1 http x
    assert_usage_error "seconds" client -t 0 127.0.0.1 80 x
    assert_usage_error "seconds" client -t soon 127.0.0.1 80 x
    assert_usage_error "usage: client" client -x 127.0.0.1 80
}
