#!/usr/bin/env bats
# pool_load: every query ends, in ok or in failed, whatever is done to it.

load ../../scripts/lib/test_helper
load helpers/peer

few=$((2000 / slow))
many=$((120000 / slow))

@test "pool_load: says how fast, how long the wait, how many connections, and the sum" {
    run_program pool_load -c 3 -w 5 -q 200
    assert_success
    assert_output --regexp "^[0-9]+ queries/s
acquire wait: p50 [0-9]+\.[0-9]{3} ms, p99 [0-9]+\.[0-9]{3} ms
connections opened: [1-3]
200 ok, 0 failed$" # a first connection may serve all before the second is there
    assert_equal "$stderr" ""
}

@test "pool_load: a pool grows to what is asked for, not to what is allowed" {
    run_program pool_load -c 10 -w 1 -q 50
    assert_line "connections opened: 1"
    assert_line "50 ok, 0 failed"
}

@test "pool_load: without a pool as many connections as queries" {
    run_program pool_load -w 4 -q 60 --no-pool
    assert_success
    assert_line "connections opened: 60"
    assert_line "60 ok, 0 failed"
}

@test "pool_load: its twin takes and says the same" {
    needs_python aiomysql
    run "$python" 04-pool/pool_load.py -c 3 -w 5 -q 60
    assert_success
    assert_output --regexp "^[0-9]+ queries/s
acquire wait: p50 .* ms, p99 .* ms
connections opened: [1-3]
60 ok, 0 failed$"
    run "$python" 04-pool/pool_load.py -w 5 -q 60 --no-pool
    assert_line "connections opened: 60"
}

@test "pool_load: wrong usage" {
    assert_usage_error "-c '0'" pool_load -c 0
    assert_usage_error "-w 'x'" pool_load -w x
    assert_usage_error "-q '999999999'" pool_load -q 999999999
    assert_usage_error "'-q'" pool_load -q
    assert_usage_error "'more'" pool_load more
    assert_usage_error "usage: pool_load" pool_load --pool
}

@test "pool_load: nobody is let in: all failed, the first is told why" {
    MYSQL_PWD=wrong run_program pool_load -c 2 -w 20 -q 20
    sums_up 20
    assert_equal "$failed" 20
    [[ $stderr == *"first failure: Access denied for user"* ]] || fail "$stderr"
    MYSQL_TCP_PORT=1 run_program pool_load -w 20 -q 20
    sums_up 20
    assert_equal "$failed" 20
}

# on_a_server COMMANDS: the programs run on one of their own, after these.
on_a_server() {
    printf '#!/usr/bin/env bash\nset -e\n%s\nexec "$@"\n' "$1" >"$BATS_TEST_TMPDIR/first"
    chmod +x "$BATS_TEST_TMPDIR/first"
    within="$with_mariadb $BATS_TEST_TMPDIR/first"
}

@test "pool_load: max_connections reached: who gets none is told, most are served" {
    on_a_server "mariadb -e 'SET GLOBAL max_connections = 10'"
    # Many, or all may be done before the server comes to refuse one.
    run_program -t 30 pool_load -c 20 -w 40 -q "$many"
    sums_up "$many"
    [[ $stderr == *"Too many connections"* ]] || fail "$stderr"
    ((failed > 0 && ok > failed)) || fail "$output"
}

@test "pool_load: the server is killed in mid-query, and is back half a second later" {
    on_a_server "(
        while asked=\$(mariadb -Ne 'SELECT variable_value FROM information_schema.global_status
                WHERE variable_name = \"questions\"') && ((asked < $many / 10)); do :; done
        04-pool/tests/helpers/restart.bash 0.5) >/dev/null 2>&1 3>&- &"
    run_program -t 30 pool_load -c 10 -w 20 -q "$many"
    sums_up "$many"
    [[ $stderr != *"giving up"* ]] || skip "the server took longer than 10 s to start"
    [[ $stderr == *"first failure: Lost connection"* ]] || fail "$stderr"
    ((failed >= 10 && ok > failed)) || fail "$output"
}

@test "pool_load: lines cut at random: A + B is all, never too many, most are ok" {
    bad_peer random 10000
    run_program -t 30 pool_load -c 5 -w 20 -q "$few"
    sums_up "$few"
    ((failed > 0 && ok > few * 9 / 10)) || fail "$output"
    stop_peer
    [[ $counted =~ cut\ ([0-9]+),\ most\ at\ once\ ([0-9]+)$ ]]
    ((BASH_REMATCH[1] > 0 && BASH_REMATCH[2] <= 5)) || fail "$counted"
}
