#!/usr/bin/env bats
# mariadb_task: tasks await queries, on a server. See drivers/queries.c.

load ../../scripts/lib/test_helper
with_tls=yes
load helpers/peer

# none_runs WORDS: the server works at no statement that has these words in it.
none_runs() {
    [[ $(mariadb -Ne "SELECT COUNT(*) FROM information_schema.PROCESSLIST
        WHERE INFO LIKE '%$1%' AND ID <> CONNECTION_ID()") == 0 ]]
}

@test "cursor: rows come one by one, and count says how many came or were changed" {
    drive queries rows
    assert_output "no error, code 0, 3 rows
1
2
3
no more
no error, code 0, 3 rows
no error, code 0, 2 rows
no error, code 0, 0 rows
no rows
again, opened 1"
}

@test "cursor: a query that fails is MARIADB_FAILED; the code and the words say more" {
    drive queries errors
    assert_output "MARIADB_FAILED, 1054: Unknown column 'oops' in 'SELECT'
no error, 0
the scene failed: the database reported an error
again, opened 1"
}

@test "cursor: while a stream is open the connection takes no query" {
    drive queries busy
    assert_output "busy
busy
1
2
no more
no more
not busy
again, opened 1"
}

@test "cursor: cancelled, or late, a query is cut and killed, and its connection is not kept" {
    drive queries cut
    assert_output "cancelled, unanswered 1
the database reported an error
again, opened 2"
    wait_until 30 none_runs "AS marked" || fail "the server is at it still"
    drive queries late
    assert_output "timed out, unanswered 1
the database reported an error
again, opened 2"
    wait_until 30 none_runs "AS marked" || fail "the server is at it still"
}

@test "stream: 50 MB of rows pass through less than 4 MB of memory" {
    drive queries stream
    assert_output "5000 rows, sum 12502500, error 0, reusable 1, memory bounded
again, opened 1"
}

@test "stream: whatever a statement answers, the connection is as good as before" {
    drive queries stream "SELECT seq FROM seq_1_to_1000" \
        "SELECT IF(seq = 500, (SELECT 1 UNION SELECT 2), seq) FROM seq_1_to_1000" \
        "SELECT 1 FROM seq_1_to_5 WHERE seq > 9" "DO 1" "SELEC" \
        "BEGIN NOT ATOMIC SELECT seq FROM seq_1_to_3; SELECT 'second'; END" "SELECT 8"
    assert_output "1000 rows, sum 500500, error 0, reusable 1, memory bounded
499 rows, sum 124750, error 1242, reusable 1, memory bounded
0 rows, sum 0, error 0, reusable 1, memory bounded
0 rows, sum 0, error 0, reusable 1, memory bounded
0 rows, sum 0, error 1064, reusable 1, memory bounded
3 rows, sum 6, error 0, reusable 1, memory bounded
1 rows, sum 8, error 0, reusable 1, memory bounded
again, opened 1"
}

@test "stream: given up in the middle, it costs the connection, and the server stops" {
    drive queries stop
    assert_output "row 10 of 10000 bytes, reusable 0, unanswered 1
again, opened 2"
    wait_until 30 none_runs "AS marked" || fail "the server is at it still"
}

@test "stream: a wait for the next row can be interrupted, and has a time limit" {
    drive queries full
    assert_output "timed out, code 2013, reusable 0
again, opened 2"
    wait_until 30 none_runs "AS marked" || fail "the server is at it still"
    drive queries silent
    assert_output "the database reported an error, code 2013, reusable 0
again, opened 2"
}

@test "stream: the same over TLS" {
    needs_tools openssl
    export CA=$BATS_FILE_TMPDIR/ca.pem
    drive queries stream
    assert_output "5000 rows, sum 12502500, error 0, reusable 1, memory bounded
again, opened 1"
    drive queries stop
    assert_output "row 10 of 10000 bytes, reusable 0, unanswered 1
again, opened 2"
    drive queries full
    assert_output "timed out, code 2013, reusable 0
again, opened 2"
}

# all_gone: no client is left at the server.
all_gone() {
    [[ $(mariadb -Ne "SELECT COUNT(*) FROM information_schema.PROCESSLIST
        WHERE USER = 'workbook' AND ID <> CONNECTION_ID()") == 0 ]]
}

# cancel_at_each DRIVER [later]: at the first await, at the second one … Sets $awaits.
cancel_at_each() {
    awaits=0
    while [[ $output != *completed ]]; do
        run_program "tests/drivers/$1" $((++awaits)) "${@:2}"
        assert_success
        refute_line "the pool is left"
        assert_line --regexp "^(cancelled|completed)$"
        [[ $stderr =~ ^(cancel_[a-z]*: task main failed: cancelled)?$ ]] || fail "$awaits: $stderr"
        ((awaits < 99))
    done
    wait_until 30 all_gone || fail "a connection is left"
}

@test "pool: cancelled at any await, it returns its lease and closes the pool" {
    cancel_at_each cancel_pool
    assert_equal "$awaits" 6
    output=''
    cancel_at_each cancel_pool later
    assert_equal "$awaits" 6
}

@test "transfer: cancelled at any await, it returns its lease and drops its table" {
    cancel_at_each cancel_transfer
    ((awaits > 40))
    # One may be left by each cancellation that is of the clean-up itself.
    run mariadb -Ne "SELECT COUNT(*) <= 3 FROM information_schema.TABLES
        WHERE TABLE_NAME LIKE 'transfer%'"
    assert_output 1
}
