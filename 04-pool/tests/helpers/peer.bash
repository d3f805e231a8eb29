# shellcheck shell=bash
# A server for all tests of a .bats file (those that hurt it start their own),
# and the peers that no pool wishes for. Sourced after test_helper.

with_mariadb=scripts/with-mariadb # a word of $within, so without the root

# shellcheck disable=SC2016 # its own shell's
setup_file() {
    cd "$root" || return
    "$with_mariadb" bash -c '
        export -p | sed -n "s/^declare -x MYSQL_/export MYSQL_/p" >"$1.new"
        mv "$1.new" "$1"
        exec tail --pid="$2" -f /dev/null' - "$BATS_FILE_TMPDIR/server" $$ 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/pid"
    wait_until 60 test -e "$BATS_FILE_TMPDIR/server"
}

teardown_file() {
    kill "$(cat "$BATS_FILE_TMPDIR/pid")"
}

if [[ -e ${BATS_FILE_TMPDIR-}/server ]]; then
    source "$BATS_FILE_TMPDIR/server"
fi

# bad_peer MODE [BYTES]: starts peers/bad_peer.py, sends the programs there.
bad_peer() {
    needs_python
    : >"$BATS_TEST_TMPDIR/peer"
    "$python" "$root/04-pool/tests/helpers/bad_peer.py" "$@" >"$BATS_TEST_TMPDIR/peer" 3>&- &
    server=$!
    wait_until 10 test -s "$BATS_TEST_TMPDIR/peer"
    MYSQL_TCP_PORT=$(head -n 1 "$BATS_TEST_TMPDIR/peer")
}

# stop_peer: sets $counted to what it says at its end.
stop_peer() {
    kill "$server"
    wait "$server" || true
    server=''
    counted=$(tail -n 1 "$BATS_TEST_TMPDIR/peer")
}

# sums_up QUERIES: the last line of a pool_load, whose parts go to $ok, $failed.
sums_up() {
    [[ ${lines[-1]} =~ ^([0-9]+)\ ok,\ ([0-9]+)\ failed$ ]] || fail "$output"
    ok=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
    assert_equal $((ok + failed)) "$1"
    assert_equal "$status" $((failed > 0))
}
