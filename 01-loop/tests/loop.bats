#!/usr/bin/env bats
# loop: a sleep, a result, and a loop that ends when they are there.

load ../../scripts/lib/test_helper
load ../../scripts/lib/fair

@test "loop: prints what its asyncio twin prints" {
    same_as_twin loop
    assert_output "Task completed"
}

@test "loop: sleeps for a second, and ends although another event is pending" {
    fairly run_program loop
    assert_success
    assert_output "Task completed"
    assert_equal "$stderr" ""
    expect_took 950 2000
}

@test "loop: the wait costs no processor time" {
    fairly run_program loop
    assert_success
    expect_asleep
}

@test "loop: a result that cannot be written is an error" {
    run bash -c "$(command_for loop) >/dev/full"
    assert_failure 1
    assert_output --partial "loop: cannot write the result: No space left"
}
