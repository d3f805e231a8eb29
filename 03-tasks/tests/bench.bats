#!/usr/bin/env bats
# make bench CHAPTER=03: what it says and makes. The figures are not tested, but
# the table that known rounds must give is.

load ../../scripts/lib/test_helper

plain_build_only=yes

@test "bench: one short round makes the table, what is reached, and the plot" {
    needs_tools datamash gnuplot
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

# cells PEER TASKS [BYTES TIMERS SWITCHES]…: the lines of its rounds.
cells() {
    local round=0 name=$1 tasks=$2

    shift 2
    while (($# > 0)); do
        printf '%s\t%s\t%s\t%s\t%s\t%s\n' $((++round)) "$name" "$tasks" "$1" "$2" "$3"
        shift 3
    done
}

@test "bench: known rounds give the table its medians, ratios and verdicts" {
    needs_tools datamash
    {
        cells many 1000 150 8000000 30000000 90 9000000 200000000 160 10000000 40000000
        cells asyncio 1000 2000 400000 1000000 1000 500000 1500001 # an even number
        cells many 10000 161 1000000 29000000
        cells asyncio 10000 900 200000 1000000
    } >"$BATS_TEST_TMPDIR/03-tasks.rounds.tsv"
    run 03-tasks/bench/table "$BATS_TEST_TMPDIR"
    assert_success
    assert_equal "$(sed -n 5,18p <<<"$output" | tr -s ' ')" \
        "many 1,000 150 9,000,000 40,000,000 30,000,000-200,000,000 3
many 10,000 161 1,000,000 29,000,000 29,000,000-29,000,000 1

asyncio 1,000 1,500 450,000 1,250,000 1,000,000-1,500,001 2
asyncio 10,000 900 200,000 1,000,000 1,000,000-1,000,000 1

reached switches/s, 1,000 tasks: many / asyncio 32.0 of 30
 timers/s, the same 20.0
not reached switches/s, 10,000 tasks: many / asyncio 29.0 of 30
 timers/s, the same 5.0
not reached bytes a task, 10,000 asleep 161 of 160

a switch: 25.0 ns with 1,000 tasks, 34.5 ns with 10,000: 1.38 times
a timer: 111 ns with 1,000 tasks, 1000 ns with 10,000: 9.00 times"
    assert_equal "$(<"$BATS_TEST_TMPDIR/03-tasks.tsv")" "# peer	tasks	bytes	timers	switches
many	1000	150	9000000	40000000
many	10000	161	1000000	29000000


asyncio	1000	1500	450000	1.25e+06
asyncio	10000	900	200000	1000000"
}
