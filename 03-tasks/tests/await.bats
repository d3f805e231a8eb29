#!/usr/bin/env bats
# Module await: without memory.

load ../../scripts/lib/test_helper

@test "await: no memory for the loop is an error, and nothing else allocates" {
    drive no_memory
    assert_line "task_loop_init without memory: -1"
    assert_line "sleeper: has cleaned up"
    assert_line "task_run without memory: -1, tasks alive: 0"
    assert_equal "$stderr" "no_memory: task sleeper waits in vain: the event loop failed"
    assert_line "allocations of 1000 tasks, 3000 awaits: 0"
}
