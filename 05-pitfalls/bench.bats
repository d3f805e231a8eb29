#!/usr/bin/env bats
# make bench CHAPTER=05: what it says and makes. The figures are not tested.

load ../scripts/test_helper

plain_build_only=yes

@test "bench: one short round of the executors makes the table, the data and the plot" {
    command -v gnuplot >/dev/null || skip "gnuplot is not here: scripts/setup --dev"
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
    run grep -c '<path' "$BATS_TEST_TMPDIR/05-pitfalls.svg"
    assert_success
}
