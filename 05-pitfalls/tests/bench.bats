#!/usr/bin/env bats
# make bench CHAPTER=05: what it says and makes. The figures are not tested, but
# what the table makes of them is.

load ../../scripts/lib/test_helper

plain_build_only=yes

@test "bench: one short round of the executors makes the table, the data and the plot" {
    needs_tools datamash gnuplot
    needs_python
    CHAPTER=05 ROUNDS=1 EMPTY=200 JOBS=2 SUM_MS=1 BENCH_OUT=$BATS_TEST_TMPDIR \
        run --separate-stderr timeout -k 5 60 scripts/bench
    assert_success
    for pool in thread_pool process_pool ThreadPoolExecutor ProcessPoolExecutor; do
        assert_line --regexp "^$pool +[0-9]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$"
    done
    assert_line --regexp "reached +thread_pool / ThreadPoolExecutor: empty jobs +[0-9.]+ of 5.0$"
    [[ $stderr == *"round 1 of 1"* ]] || fail "no progress: $stderr"
    assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/05-pitfalls.tsv")" 5
    # Each pool under each load, once: round, pool, load, jobs/s, gap.
    assert_equal "$(cut -f 1-3 "$BATS_TEST_TMPDIR/05-pitfalls.rounds.tsv" | sort | uniq -c | xargs)" \
        "$(for load in ProcessPool ThreadPool processes threads; do
            echo "1 1 $load empty 1 1 $load sums"
        done | xargs)"
    run grep -c '<path' "$BATS_TEST_TMPDIR/05-pitfalls.svg"
    assert_success
}

# cells POOL LOAD JOBS/S GAP [JOBS/S GAP]…: the lines of its rounds.
cells() {
    local round=0 name=$1 load=$2

    shift 2
    while (($# > 0)); do
        printf '%s\t%s\t%s\t%s\t%s\n' $((++round)) "$name" "$load" "$1" "$2"
        shift 2
    done
}

@test "bench: the table's medians, ratios and verdicts, from rounds that are known" {
    needs_tools datamash
    {
        cells threads empty 1000 9 50 100 9000 10 # as text it would be 50, 100
        cells threads sums 40 49.9 20 7 30 300
        cells processes empty 300 3 500 5 # the mean of the two in the middle
        cells processes sums 15 50.1
        cells ThreadPool empty 200 20 100 20 300 20
        cells ThreadPool sums 10 21
        cells ProcessPool empty 82 22
        # and no sums: all have failed
    } >"$BATS_TEST_TMPDIR/05-pitfalls.rounds.tsv"
    run --separate-stderr 05-pitfalls/bench/table "$BATS_TEST_TMPDIR"
    assert_success
    assert_equal "$(sed -n 2,12p <<<"$output" | tr -s ' ')" " empty jobs/s us a job gap ms sums/s gap ms
thread_pool 1000 1000.00 10.0 30.0 49.9
process_pool 400 2500.00 4.0 15.0 50.1
ThreadPoolExecutor 200 5000.00 20.0 10.0 21.0
ProcessPoolExecutor 82 12195.12 22.0 0.0 0.0

reached thread_pool / ThreadPoolExecutor: empty jobs 5.0 of 5.0
not reached process_pool / ProcessPoolExecutor: empty jobs 4.9 of 5.0
reached thread_pool: gap under sums, ms 49.9 of 50.0
not reached process_pool: gap under sums, ms 50.1 of 50.0"
    assert_equal "$(<"$BATS_TEST_TMPDIR/05-pitfalls.tsv")" "pool	empty	sums	gap
thread_pool	1000	30.0	49.9
process_pool	400	15.0	50.1
ThreadPoolExecutor	200	10.0	21.0
ProcessPoolExecutor	82	0.0	0.0"
}

@test "bench: where datamash fails, the table fails" {
    needs_tools datamash
    cells threads empty many 9 >"$BATS_TEST_TMPDIR/05-pitfalls.rounds.tsv"
    run 05-pitfalls/bench/table "$BATS_TEST_TMPDIR"
    assert_failure
    assert_output --partial "datamash: invalid numeric value in line 1"
}

@test "bench: who has failed has reached nothing" {
    needs_tools datamash
    cells threads empty 1000 9 >"$BATS_TEST_TMPDIR/05-pitfalls.rounds.tsv"
    run 05-pitfalls/bench/table "$BATS_TEST_TMPDIR"
    assert_success
    assert_equal "$(grep -c '^not reached' <<<"$output")" 4
}
