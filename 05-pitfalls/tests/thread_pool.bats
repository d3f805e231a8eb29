#!/usr/bin/env bats
# Module thread_pool: its rules.

load ../../scripts/lib/test_helper
load helpers/executor

@test "thread_pool: results that submit the next job starve no timer, even if each is cancelled" {
    for scene in threads threads_cancel; do
        run_program -t 60 tests/drivers/heartbeat "$scene" # each turn waits for a thread
        assert_success
        assert_output --regexp "^400 turns, at most [1-9][0-9]? between two beats$"
    done
}

@test "thread_pool: order, room, cancelling, stopping, as its header says" {
    rules threads
    # A thread cannot be stopped: the job ends, and only then there is room.
    assert_line --regexp "^the owner goes in mid-job: stopped: 0, room: not yet( [12]→[12]0| room){5}$"
    assert_line "the owner goes when the answer is there: 0 1→10 1→10 1→10"
    assert_line "stop, and the last owner goes: 1→10 the loop ends: 1"
    assert_equal "$(rule "free: each is answered" | sed 's/|2→.*/|2/')" "1→10|1→10|2"
    assert_line "free, one is over: 2→the job was cancelled 1→10 1→10"
}

@test "thread_pool: to cancel costs the same in any order" {
    drive any_order threads 20000
    awk -F': ' '$2 + 0 >= 50 { exit 1 }' <<<"$output" || fail "$output"
}
