#!/usr/bin/env bats
# Module await: without memory.

load ../../scripts/lib/test_helper

@test "await: cancelling many tasks costs the same in any order" {
    local scene

    for scene in sleep semaphore queue group gather; do
        drive any_order "$scene" 20000
        awk -F': ' '$2 + 0 >= 50 { exit 1 }' <<<"$output" || fail "$scene: $output"
    done
}

@test "await: no memory for the loop is an error, and nothing else allocates" {
    drive no_memory
    assert_line "task_loop_init without memory: -1"
    assert_line "sleeper: has cleaned up"
    assert_line "task_run without memory: -1, tasks alive: 0"
    assert_equal "$stderr" "no_memory: task sleeper waits in vain: the event loop failed"
    assert_line "allocations of 1000 tasks, 3000 awaits: 0"
}
