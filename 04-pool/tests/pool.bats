#!/usr/bin/env bats
# pool: the program, on a MariaDB of its own.

load ../../scripts/lib/test_helper
load ../../scripts/lib/peer

with_mariadb=scripts/with-mariadb

@test "pool: prints the version row as its twin does" {
    needs_python aiomysql
    within=$with_mariadb same_as_twin pool
    assert_output --regexp "^\('[0-9]+\.[0-9]+\.[0-9]+-MariaDB[^']*',\)$"
}

@test "pool: a host name works as an address does" {
    within="$with_mariadb env -u MYSQL_UNIX_PORT MYSQL_HOST=localhost" run_program pool
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
    MYSQL_HOST=no..host run_program pool # DNS need not be asked
    assert_failure 1
    [[ $stderr == *"cannot connect to no..host port "*": cannot resolve 'no..host': "* ]] ||
        fail "$stderr"
}

@test "pool: a peer that hangs up in the middle of the greeting is an error" {
    start_peer '
s = listen()
print(s.getsockname()[1], flush=True)
c, _ = s.accept()
c.send(b"J\0\0\0\n5.5")
c.close()'
    MYSQL_TCP_PORT=$port run_program pool
    assert_failure 1
    [[ $stderr == *"Lost connection"* ]] || fail "$stderr"
}
