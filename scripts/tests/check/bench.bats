#!/usr/bin/env bats
# make bench: what it says and makes. The figures are not tested.

load ../../lib/test_helper

plain_build_only=yes

@test "bench: an unknown chapter prints the list and exits 2" {
    CHAPTER=06 run -2 scripts/bench
    assert_line "There is no chapter '06'. There are:"
}

@test "bench: a chapter with nothing to measure says which have" {
    CHAPTER=01 run -2 scripts/bench
    assert_output --regexp "^bench: 01-loop has nothing to measure; these have: .*02-sockets"
}

@test "bench: one short round of one cell makes the table, the data and the plot" {
    needs_tools datamash gnuplot strace
    needs_python
    CHAPTER=02 ROUNDS=1 ROUND_SECONDS=0.3 SERVERS="server streams libuv" LOADS=2x64 IDLE=100 \
        BENCH_OUT=$BATS_TEST_TMPDIR run --separate-stderr timeout -k 5 60 scripts/bench
    assert_success
    assert_line --regexp "^server -k +- +[0-9,]+ +[0-9]+\.[0-9] +[0-9]+\.[0-9]+$"
    assert_line --regexp "^asyncio streams +- +[0-9,]+ "
    ! pkg-config --exists libuv || assert_line --regexp "^libuv +- +[0-9,]+ "
    [[ $stderr == *"round 1 of 1"* ]] || fail "no progress: $stderr"
    assert_equal "$(cut -f 1-2 "$BATS_TEST_TMPDIR/02-sockets.tsv" | head -n 1)" $'server\t2x64'
    run grep -c '<path' "$BATS_TEST_TMPDIR/02-sockets.svg"
    assert_success
}

@test "bench: a server that is none is left out, for all to see" {
    needs_tools datamash
    CHAPTER=02 ROUNDS=1 SERVERS=nginx BENCH_OUT=$BATS_TEST_TMPDIR run scripts/bench
    assert_failure 1
    assert_line --partial "left out: nginx: needs no such server"
}

@test "bench: without datamash it stops before it measures" {
    command() {
        [[ $* != "-v datamash" ]] && builtin command "$@"
    }
    export -f command
    CHAPTER=02 run -1 scripts/bench
    assert_line "bench: the tables need datamash: scripts/setup --dev"
    refute_output --partial "round 1"
}

# A peer that is missing is left out of the table without a failure.
@test "bench: each peer that a bench names is there, and each peer is named" {
    while read -r peer; do
        [[ -e 02-sockets/bench/$peer ]] || fail "there is no 02-sockets/bench/$peer"
    done < <(grep -ohE 'peers/[a-z_]+\.(c|py)' 02-sockets/bench/{run,servers.bash})
    for peer in [0-9][0-9]-*/bench/peers/*; do
        grep -qrF "peers/${peer##*/}" "${peer%%/peers/*}" || fail "$peer: no bench runs it"
    done
}
