#!/usr/bin/env bats
# Module mariadb_dial: the way from a name to a server. `make prove CARD=04-08` shows
# a name that gets another address.

load ../../scripts/lib/test_helper
load helpers/peer
load helpers/hosts
load ../../02-sockets/tests/helpers/name_servers

unset MYSQL_UNIX_PORT # localhost is the name of two addresses here

# statements [OPTION…] STATEMENT…: on a pool with room for one connection.
statements() {
    run_program tests/drivers/statements "$@"
}

# swallow ADDRESS…: from here on they take no connection and refuse none.
swallow() {
    needs_python
    "$python" "$root/04-pool/tests/helpers/full_backlog.py" "$MYSQL_TCP_PORT" "$@" \
        >"$BATS_TEST_TMPDIR/full" 3>&- &
    server=$!
    wait_until 30 test -s "$BATS_TEST_TMPDIR/full"
}

@test "dial: all addresses of a name are tried, and the error is the last one's" {
    MYSQL_HOST=localhost statements "SELECT 1"
    assert_output $'1\nopened 1'
    MYSQL_HOST=localhost MYSQL_TCP_PORT=1 statements "SELECT 1"
    assert_line "no connection: Can't connect to server on '127.0.0.1' (111)"
}

@test "dial: an address that swallows packets leaves time for the next one" {
    swallow ::1
    MYSQL_HOST=localhost statements -c $((600 * slow)) "SELECT 1"
    assert_output $'1\nopened 1'
}

@test "dial: the time limit is for all addresses together" {
    [[ -z ${VALGRIND-} ]] || skip "at its end a lookup may still be under way"
    with_hosts
    swallow 127.0.0.21
    # With the limit for each it would take 30 s, and the program has 10.
    # shellcheck disable=SC2046 # words
    statements -c 500 "$hosts $(printf '127.0.0.21 %.0s' {1..60})" "SELECT 1"
    assert_output $'no connection: no answer in time\nopened 0'
}

@test "dial: an answer of the server is the answer; the other addresses are not tried" {
    with_hosts
    MYSQL_PWD=wrong statements "$hosts 127.0.0.1 127.0.0.21" "SELECT 1"
    assert_line --regexp "^no connection: Access denied for user"
}

@test "dial: a query is killed where it runs, not where the name leads now" {
    with_hosts
    # shellcheck disable=SC2016 # for the shell that runs it
    statements -t $((slow > 1 ? 2400 : 800)) "SELECT 'first'" "$hosts 127.0.0.21" \
        "SELECT SLEEP(0.1) AS routed FROM seq_1_to_1000" "SELECT 'there'" \
        '!for i in $(seq 100); do
            n=$(mariadb -h 127.0.0.1 -Ne "SELECT COUNT(*) FROM information_schema.PROCESSLIST
                WHERE INFO LIKE \"SELECT SLEEP(0.1) AS route%\"")
            [ "$n" != 0 ] || break
            sleep 0.02
        done
        echo "still running: $n"'
    assert_output "first
error 2013: no answer in time
no connection: Can't connect to server on '127.0.0.21' (111)
still running: 0
opened 1"
}

@test "dial: a name that cannot be resolved is an error" {
    MYSQL_HOST=no..name statements "SELECT 1"
    assert_line "no connection: cannot resolve 'no..name': Name or service not known"
}

@test "dial: silent name servers are an error, in time" {
    [[ -z ${VALGRIND-} ]] || skip "valgrind finds what the thread still has"
    with_names '' 'nameserver 127.0.0.42' 127.0.0.42=silent
    MYSQL_HOST=db.test statements -c 300 "SELECT 1"
    assert_line "no connection: cannot resolve 'db.test': no answer in time"
}

# A thread's stack is as large as the limit says: there is no room for this one.
@test "dial: a lookup that cannot begin is an error, with its reason" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "they have limits of their own"
    within="prlimit --stack=$((1 << 50)):unlimited" MYSQL_HOST=db.test statements "SELECT 1"
    assert_line "no connection: cannot resolve 'db.test': Resource temporarily unavailable"
}

@test "dial: cancelled at any moment, it frees everything and closes what it has opened" {
    MYSQL_HOST=localhost run_program tests/drivers/dial
    assert_success
    assert_output --regexp "^cancelled [1-9][0-9]*, connected [1-9][0-9]*, failed 0; open: as before$"
    MYSQL_TCP_PORT=1 MYSQL_HOST=localhost run_program tests/drivers/dial
    assert_success
    assert_output --regexp "^cancelled [1-9][0-9]*, connected 0, failed [1-9][0-9]*; open: as before$"
}
