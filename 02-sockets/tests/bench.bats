#!/usr/bin/env bats
# make bench CHAPTER=02: the table that known rounds must give. That it runs at all
# is tested in scripts/tests/check/bench.bats.

load ../../scripts/lib/test_helper

plain_build_only=yes

# cells SERVER LOAD [MESSAGES/S]…: the lines of its rounds.
cells() {
    local round=0 name=$1 load=$2

    shift 2
    while (($# > 0)); do
        printf '%s\t%s\t%s\t%s\t9.9\n' $((++round)) "$name" "$load" "$1"
        shift
    done
}

@test "bench: known rounds give the table its medians, ratios and verdicts" {
    needs_tools datamash
    {
        cells epoll_server 1x64 20000 9000 100000
        cells again 1x64 22000 9900 50000
        cells raw_server 1x64 18000 20001 # an even number
        cells streams 1x64 9999 20000 15000
        cells epoll_server 50x64 100000
        cells raw_server 50x64 94000
        cells server 50x64 60000
        cells echo 50x64 50400
        cells streams 50x64 50000
    } >"$BATS_TEST_TMPDIR/02-sockets.rounds.tsv"
    printf '%s\t%s\t%s\n' raw_server 2.0 0.69 server 3.0 1.41 \
        echo 3.0 1.80 \
        >"$BATS_TEST_TMPDIR/02-sockets.costs.tsv"
    run 02-sockets/bench/table "$BATS_TEST_TMPDIR" 100 1x64 50x64
    assert_success
    assert_equal "$(sed -n 5,19p <<<"$output" | tr -s ' ' | sed 's/ $//')" \
        "epoll_server 1.00 20,000 1.00 100,000
epoll_server again 1.10 22,000 - 0
raw_server 0.95 19,000 0.94 94,000 2.0 0.69
asyncio streams 0.75 15,000 0.50 50,000
server -k - 0 0.60 60,000 3.0 1.41
echo (03: tasks) - 0 0.50 50,400 3.0 1.80
noise 0.50-1.10 - again / epoll_server in single rounds

not reached raw_server / epoll_server 0.95 of 0.95 0.94 of 0.95
reached raw_server / asyncio streams 1.27 of 1.20 1.88 of 1.80
reached server -k / asyncio streams - 1.20 of 1.20
not reached echo (03: tasks) / server -k - 0.84 of 0.85
reached raw_server: KiB/connection 0.69 of 0.70
not reached server -k: KiB/connection 1.41 of 1.40
reached echo (03: tasks): KiB/connection 1.80 of 1.80"
    assert_equal "$(<"$BATS_TEST_TMPDIR/02-sockets.tsv")" "server	1x64	50x64	calls	KiB
epoll_server	20000	100000	-	-
again	22000	-	-	-
raw_server	19000.5	94000	2.0	0.69
streams	15000	50000	-	-
server	-	60000	3.0	1.41
echo	-	50400	3.0	1.80"
}
