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
    start_exercise serve
    peer 'expect(b"hello\n", read_all(connect())); expect(True, memory() > 1000)'
    stop_exercise
    expect_status 0
    expect_nothing_left
}
