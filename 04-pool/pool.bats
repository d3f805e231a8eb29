#!/usr/bin/env bats
# pool: the program, on a MariaDB of its own.

load ../scripts/test_helper

with_mariadb=$root/scripts/with-mariadb

@test "pool: prints the version row as its twin does" {
    needs_python aiomysql
    within=$with_mariadb same_as_twin pool
    assert_output --regexp "^\('[0-9]+\.[0-9]+\.[0-9]+-MariaDB[^']*',\)$"
}

@test "pool: a host name works as an address does" {
    getent hosts localhost >/dev/null || skip "this machine resolves no name"
    within="$with_mariadb env MYSQL_HOST=localhost" run_program pool
    assert_success
    assert_output --partial "-MariaDB"
}

@test "pool: no server: says where and why, exit 1" {
    MYSQL_TCP_PORT=1 run_program pool
    assert_failure 1
    assert_output ""
    [[ $stderr == "pool: cannot connect to 127.0.0.1 port 1: "*"(111)" ]] || fail "$stderr"
}

@test "pool: a wrong password is the server's to refuse" {
    within="$with_mariadb env MYSQL_PWD=wrong" run_program pool
    assert_failure 1
    assert_output ""
    [[ $stderr == *"Access denied for user 'workbook'"* ]] || fail "$stderr"
}

@test "pool: an unknown database" {
    within="$with_mariadb env MYSQL_DATABASE=nowhere" run_program pool
    assert_failure 1
    [[ $stderr == *"Unknown database 'nowhere'"* ]] || fail "$stderr"
}

@test "pool: settings that are none" {
    MYSQL_TCP_PORT=many run_program pool
    assert_failure 1
    [[ $stderr == *"MYSQL_TCP_PORT='many'"* ]] || fail "$stderr"
    MYSQL_HOST=no-such-host.invalid run_program pool
    assert_failure 1
    [[ $stderr == *"cannot resolve MYSQL_HOST='no-such-host.invalid'"* ]] || fail "$stderr"
}

@test "pool: a peer that hangs up in the middle of the greeting is an error" {
    needs_python
    "$python" -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
c.send(b"J\0\0\0\n5.5")
c.close()' >"$BATS_TEST_TMPDIR/port" 3>&- &
    server=$!
    wait_until 10 test -s "$BATS_TEST_TMPDIR/port"
    MYSQL_TCP_PORT=$(cat "$BATS_TEST_TMPDIR/port") run_program pool
    assert_failure 1
    [[ $stderr == *"Lost connection"* ]] || fail "$stderr"
}

@test "pool: waiters are served in order, never more than max are lent" {
    run_program proofs/pool_order
    assert_success
    assert_output "5 ask, at most 2 connections
1 has connection A
2 has connection B
3 has connection A
4 has connection B
5 has connection A
opened 2, most lent at once 2, left 0"
}

# rules SCENE: what the scripted connections of proofs/pool_rules.c went through.
rules() {
    run_program proofs/pool_rules "$1"
    assert_success
}

@test "pool: a corpse is dropped, not lent" {
    rules corpse
    assert_output "borrower 1 gets connection 1
connection 1 is closed
borrower 2 gets connection 2
borrower 3 gets connection 2
connection 2 is closed
opened 2, closed 2"
}

@test "pool: a connection that is not reusable is closed on its return, a waiter gets a new one" {
    rules unclean
    assert_line --index 1 "connection 1 is closed"
    assert_line --index 2 "borrower 2 gets connection 2"
    assert_line "opened 2, closed 2"
}

@test "pool: returning what was returned is an error, and takes nothing from the next borrower" {
    rules twice
    assert_output "borrower 1 gets connection 1
borrower 2 gets connection 1
borrower 1 returns it once more: -1
borrower 2 returns it: 0
borrower 3 gets connection 1
connection 1 is closed
opened 1, closed 1"
}

@test "pool: closing fails the parked, refuses the new, and waits for the lent" {
    rules parked
    assert_output "borrower 1 gets connection 1
closing: a new acquire returns -1
borrower 2 gets none: the pool is closing
borrower 3 gets none: the pool is closing
connection 1 is closed
opened 1, closed 1"
}

@test "pool: if one of the first connections fails, the others are closed and the caller is told" {
    rules minimum
    assert_line "no pool: refused"
    assert_line "opened 3, closed 3"
    refute_output --partial borrower
}
