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

@test "pool: of a name's addresses the IPv4 one is taken, where Debian's MariaDB listens" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "a preloaded library"
    ${CC:-cc} -shared -fPIC -x c -o "$BATS_TEST_TMPDIR/names.so" - <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
int getaddrinfo(const char *name, const char *service,
                const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *,
                struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");

    return real(hints->ai_family == AF_INET ? "127.0.0.1" : "::1", service,
                hints, found);
}
END
    MYSQL_TCP_PORT=1 MYSQL_HOST=localhost LD_PRELOAD=$BATS_TEST_TMPDIR/names.so \
        run_program pool
    assert_failure 1
    [[ $stderr == "pool: cannot connect to 127.0.0.1 port 1: "*"(111)" ]] || fail "$stderr"
}
