#!/usr/bin/env bats
# Unsolved fails: it greets the number it was given
load ../../scripts/checking/exercise_helper

@test "it greets the number it was given" {
    local number=$RANDOM

    EXERCISE_INTERRUPT=1 run_exercise "$number"
    expect_output "hello $number"
    expect_status 0
    [[ ! -s $run.unsafe ]] || wrong "a handler that only notes" "it $(<"$run.unsafe")"
    expect_nothing_left
}

@test "it serves, is looked into, and stops on SIGTERM" {
    mkdir "$shown"
    echo hallo >"$shown/greeting"
    start_exercise serve "$shown/greeting"
    peer 'expect(b"hallo\n", read_all(connect())); expect(True, memory() > 1000)'
    stop_exercise
    expect_status 0
    expect_nothing_left
}
