#!/usr/bin/env bats
# Module thread_pool: its rules.

load ../../scripts/lib/test_helper
load helpers/executor

@test "thread_pool: results that submit the next job starve no timer" {
    run_program -t 60 tests/drivers/heartbeat threads # each turn waits for a thread
    assert_success
    assert_output --regexp "^400 turns, at most [1-9][0-9]? between two beats$"
}

@test "thread_pool: order, room, cancelling, stopping, as its header says" {
    rules threads
    assert_equal "$(rule "the owner goes in mid-job")" "1→10|2→20|2→20|room: not yet"
}

@test "thread_pool: to cancel costs the same in any order" {
    drive any_order threads 20000
    awk -F': ' '$2 + 0 >= 50 { exit 1 }' <<<"$output" || fail "$output"
}
