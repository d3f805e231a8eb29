#!/usr/bin/env bats
# tasks: two tasks sleep at once.

load ../../scripts/lib/test_helper
load ../../scripts/lib/fair

@test "tasks: prints what its asyncio twin prints" {
    same_as_twin tasks
    assert_output "Task 2 completed
Task 1 completed"
}

@test "tasks: both sleep at once: two seconds in all, not three" {
    fairly run_program tasks
    assert_success
    expect_took 1950 2950
}

@test "tasks: each line comes when its task is done, also into a pipe" {
    local first second=''

    # The second task has another second to go: nothing more is there yet. Once
    # more, if a busy machine has let us look so late.
    for _ in 1 2 3; do
        # shellcheck disable=SC2091 # a word list
        exec 7< <($(command_for tasks))
        read -r -u 7 first
        assert_equal "$first" "Task 2 completed"
        read -r -t 0.05 -u 7 second || break
    done
    exec 7<&-
    assert_equal "$second" ""
}
