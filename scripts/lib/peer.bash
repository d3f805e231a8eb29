# shellcheck shell=bash
# For tests that need the other side of a connection:  load ../../scripts/lib/peer
#
#   peer [-t SECONDS] CODE [ARGUMENT…]   runs Python that plays the peers of the
#       server that was started. scripts/lib/peer.py lists what CODE may call; the
#       arguments are sys.argv[2] and so on. Sets $status $output $stderr as run does.
#   start_peer CODE [ARGUMENT…]   the same in the background, for a server that the
#       program is to meet. CODE prints its port first. Sets $server and $port; what
#       CODE prints is in $BATS_TEST_TMPDIR/port.
#   peer_module=NAME     CODE also gets the names of tests/helpers/NAME.py
#   descriptors_are N    true if the server has N descriptors open, for wait_until

peer_module=peer
peer_path=$root/scripts/lib:$root/$chapter/tests/helpers

peer() {
    local limit=60
    local -x PYTHONPATH=$peer_path PEER_PORT=$port PEER_PID=$server_pid PEER_PATIENCE=$slow

    if [[ $1 == -t ]]; then
        limit=$2
        shift 2
    fi
    needs_python
    run --separate-stderr timeout -s KILL $((limit * slow)) "$python" -BSc \
        "from $peer_module import *"$'\n'"$1" "$port" "${@:2}"
}

start_peer() {
    local -x PYTHONPATH=$peer_path PEER_PATIENCE=$slow

    needs_python
    : >"$BATS_TEST_TMPDIR/port"
    "$python" -BSc "from $peer_module import *"$'\n'"$1" "${@:2}" \
        >"$BATS_TEST_TMPDIR/port" 3>&- &
    server=$!
    wait_until 30 test -s "$BATS_TEST_TMPDIR/port"
    port=$(head -n 1 "$BATS_TEST_TMPDIR/port")
}

descriptors_are() {
    [[ $(descriptors "$server_pid") == "$1" ]]
}
