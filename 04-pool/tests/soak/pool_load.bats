#!/usr/bin/env bats
# The long runs, for make soak: the pool between lines that are cut at random
# and a server that is killed again and again.

load ../../../scripts/lib/test_helper
load ../helpers/peer

queries=20000 runs=20
if [[ -n ${VALGRIND-} ]]; then
    queries=2000 runs=5
fi

@test "soak: lines cut at random during $queries queries, $runs times: A + B is all, most are ok" {
    for ((turn = 1; turn <= runs; turn++)); do
        SEED=$turn bad_peer random 10000
        run_program -t 60 pool_load -c 10 -w 50 -q "$queries"
        sums_up "$queries"
        stop_peer
        echo "# run $turn: ${lines[-1]}; $counted" >&3
        ((ok > queries * 9 / 10 && failed > 0)) || fail "$output"
        [[ $stderr != *"not lent"* && $stderr != *"giving up"* ]] || fail "$stderr"
        [[ $counted =~ cut\ ([0-9]+),\ most\ at\ once\ ([0-9]+)$ ]]
        ((BASH_REMATCH[1] > 0 && BASH_REMATCH[2] <= 10)) || fail "$counted"
        source "$BATS_FILE_TMPDIR/server" # its port again
    done
}

@test "soak: the server killed in mid-query and started again, 10 times in one load" {
    cat >"$BATS_TEST_TMPDIR/first" <<'END'
#!/usr/bin/env bash
(
    for i in {1..10}; do
        sleep 0.5
        04-pool/tests/helpers/restart.bash 0.2
    done
    touch "$BATS_TEST_TMPDIR/restarted"
) >/dev/null 2>&1 3>&- &
exec "$@"
END
    chmod +x "$BATS_TEST_TMPDIR/first"
    within="$with_mariadb $BATS_TEST_TMPDIR/first" \
        run_program -t 120 pool_load -c 10 -w 50 -q $((1000000 / slow / slow))
    sums_up $((1000000 / slow / slow))
    echo "# ${lines[-1]}" >&3
    ((failed > 50 && ok > failed)) || fail "$output"
    [[ $stderr != *"not lent"* && $stderr != *"giving up"* ]] || fail "$stderr"
}

@test "soak: a server that never comes: given up after ten seconds, A + B is all" {
    MYSQL_TCP_PORT=1 run_program -t 30 pool_load -q 100000
    sums_up 100000
    assert_equal "$failed" 100000
    [[ $stderr == *"no answer for 10 s: giving up"* ]] || fail "$stderr"
}
