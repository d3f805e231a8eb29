#!/usr/bin/env bats
# make bench CHAPTER=04: the table that known rounds must give.

load ../../scripts/lib/test_helper

plain_build_only=yes

# cells NAME CONNECTIONS WORKERS [QUERIES/S P50 P99]…: the lines of its rounds.
cells() {
    local round=0 who

    who=$(printf '%s\t%s\t%s' "$1" "$2" "$3")
    shift 3
    while (($# > 0)); do
        printf '%s\t%s\t%s\t%s\t%s\n' $((++round)) "$who" "$1" "$2" "$3"
        shift 3
    done
}

@test "bench: known rounds give the table its medians, ratios and verdicts" {
    needs_tools datamash
    {
        cells pool 1 50 9000 1.000 2.000
        cells pool 10 50 40000 1.250 20.000 9000 0.500 3.000 100000 10.000 9.000
        cells tasks 10 50 36000 1.500 2.500
        cells aiomysql 10 50 8000 1.000 2.000 12001 3.000 5.000 # an even number
        cells no-pool 10 10 5000 0.000 0.000
        cells pool 10 200 40000 3.125 4.000
    } >"$BATS_TEST_TMPDIR/04-pool.rounds.tsv"
    run 04-pool/bench/table "$BATS_TEST_TMPDIR"
    assert_success
    assert_equal "$(tail -n +2 <<<"$output" | tr -s ' ')" "\
connections 1 10 50
pool_load 9,000 40,000 -
task_load - 36,000 -
aiomysql - 10,000 -
pool_load --no-pool - 5,000 -
aiomysql, no pool - - -
(50 workers; without a pool as many workers as connections)

workers 5 10 20 50 100 200
pool_load - - - 1.25 / 9.00 - 3.12 / 4.00
task_load - - - 1.50 / 2.50 - -
aiomysql - - - 2.00 / 3.50 - -
(ms until 10 connections had one free: median / 99 %)

reached pool_load / aiomysql, 10 connections, 50 workers 4.00 of 4.00 (single rounds 0.75-5.00)
reached task_load / pool_load, 10 connections, 50 workers 0.90 of 0.90 (single rounds 0.90-0.90)
 pool_load / pool_load --no-pool, 10 connections 8.00"
    assert_equal "$(<"$BATS_TEST_TMPDIR/04-pool.rates.tsv")" "peer	1	10	50
pool_load	9000	40000	-
task_load	-	36000	-
aiomysql	-	10000.5	-
pool_load --no-pool	-	5000	-
aiomysql, no pool	-	-	-"
    assert_equal "$(<"$BATS_TEST_TMPDIR/04-pool.waits.tsv")" "pool	50	1.25	9
pool	200	3.125	4
tasks	50	1.5	2.5
aiomysql	50	2	3.5"
}
