# shellcheck shell=bash
# A server for all tests of a .bats file (those that hurt it start their own),
# and the peers that no pool wishes for. Sourced after test_helper.

with_mariadb=scripts/with-mariadb # a word of $within, so without the root

# make_certificates: for the server, whose name is db.example; also ca.pem, which
# signed it, and other.pem, which did not. with_tls=yes in a file asks for them.
make_certificates() (
    cd "$BATS_FILE_TMPDIR" || exit
    new=(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2)
    "${new[@]}" -subj /CN=ca -keyout ca.key -out ca.pem
    "${new[@]}" -subj /CN=other -keyout other.key -out other.pem
    "${new[@]}" -subj /CN=db -addext subjectAltName=DNS:db.example \
        -addext basicConstraints=CA:FALSE -CA ca.pem -CAkey ca.key \
        -keyout server.key -out server.pem
    # Root's server is another user, who has to reach them.
    chmod a+r server.key
    chmod a+x "$BATS_RUN_TMPDIR"
) 2>/dev/null

# shellcheck disable=SC2016 # its own shell's
setup_file() {
    cd "$root" || return
    if [[ -n ${with_tls-} ]] && command -v openssl >/dev/null; then
        make_certificates
        export MARIADBD_OPTIONS="--ssl-ca=$BATS_FILE_TMPDIR/ca.pem
            --ssl-cert=$BATS_FILE_TMPDIR/server.pem --ssl-key=$BATS_FILE_TMPDIR/server.key"
    fi
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

# start_peer NAME [ARGUMENT…]: starts helpers/NAME.py; what it says goes to
# $BATS_TEST_TMPDIR/peer.
start_peer() {
    needs_python
    : >"$BATS_TEST_TMPDIR/peer"
    "$python" "$root/04-pool/tests/helpers/$1.py" "${@:2}" >"$BATS_TEST_TMPDIR/peer" 3>&- &
    server=$!
    wait_until 30 grep -q '[0-9]$' "$BATS_TEST_TMPDIR/peer"
}

# bad_peer MODE [BYTES]: starts bad_peer.py, sends the programs there.
bad_peer() {
    start_peer bad_peer "$@"
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
    local gave_up=0
    [[ $stderr != *"giving up"* ]] || gave_up=1
    assert_equal "$status" $((ok == 0 || gave_up))
}
