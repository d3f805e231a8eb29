#!/usr/bin/env bats
# make bench CHAPTER=03: what it says and makes. The figures are not tested.

load ../../scripts/lib/test_helper

@test "bench: one short round makes the table, what is reached, and the plot" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    command -v gnuplot >/dev/null || skip "gnuplot is not here: scripts/setup --dev"
    needs_python
    ROUNDS=1 TASKS="1000 10000" PEERS="many asyncio" BENCH_OUT=$BATS_TEST_TMPDIR \
        run --separate-stderr timeout -k 5 60 03-tasks/bench/run
    assert_success
    assert_line --regexp "^many +10,000 +[0-9]+ +[0-9,]+ +[0-9,]+ "
    assert_line --regexp "^(not )?reached +switches/s, 10,000 tasks: many / asyncio +[0-9.]+ of 30$"
    assert_line --regexp "^reached +bytes a task, 10,000 asleep +[0-9]+ of 160$"
    run grep -c '<path' "$BATS_TEST_TMPDIR/03-tasks.svg"
    assert_success
    PEERS=trio BENCH_OUT=$BATS_TEST_TMPDIR run -1 03-tasks/bench/run
    assert_output --partial "left out: trio: no such peer"
}
