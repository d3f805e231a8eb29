#!/usr/bin/env bats
# transfer: a transaction and its lease.

load ../../scripts/lib/test_helper
load helpers/peer

@test "transfer: all or nothing, and an open transaction is not handed on; as its twin" {
    needs_python aiomysql
    same_as_twin transfer
    assert_output "at first: Ada 100, Bob 50
30 from Ada to Bob: committed
then: Ada 70, Bob 80, on the same connection
500 from Ada to Bob: error 4025, rolled back
then: Ada 70, Bob 80, on the same connection
40 from Ada to nobody: returned in the middle
then: Ada 70, Bob 80, on another connection"
    run mariadb -Ne "SHOW TABLES IN workbook LIKE 'transfer%'"
    assert_output ""
}

@test "transfer: no server, no database: says so" {
    MYSQL_TCP_PORT=1 run_program transfer
    assert_failure 1
    assert_output ""
    [[ $stderr == "transfer: cannot connect: "*"(111)" ]] || fail "$stderr"
    MYSQL_DATABASE='' run_program transfer
    assert_failure 1
    [[ $stderr == *"No database selected"* ]] || fail "$stderr"
}

@test "transfer: after a deadlock it begins anew, with nothing done twice; three times at most" {
    bad_peer deadlock 2
    run_program transfer
    assert_success
    assert_line --index 1 "30 from Ada to Bob: committed"
    assert_line --index 2 "then: Ada 70, Bob 80, on the same connection"
    stop_peer
    source "$BATS_FILE_TMPDIR/server"
    bad_peer deadlock 3
    run_program transfer
    assert_success
    assert_line --index 1 "30 from Ada to Bob: error 1213, rolled back"
    assert_line --index 2 "then: Ada 100, Bob 50, on the same connection"
    stop_peer
}

@test "transfer: wherever the line is cut, it ends, and no half of it stays" {
    mariadb -e "CREATE DATABASE cuts"
    export MYSQL_DATABASE=cuts
    for bytes in 300 400 500 600; do
        source "$BATS_FILE_TMPDIR/server"
        MYSQL_DATABASE=cuts
        bad_peer cut "$bytes"
        run_program transfer
        assert_failure 1
        [[ $stderr == *"Lost connection"* ]] || fail "$stderr"
        stop_peer
    done
    source "$BATS_FILE_TMPDIR/server"
    for table in $(mariadb -Ne "SHOW TABLES IN cuts"); do
        run mariadb -Ne "SELECT IFNULL(SUM(balance), 150) FROM cuts.$table"
        assert_output 150
    done
}
