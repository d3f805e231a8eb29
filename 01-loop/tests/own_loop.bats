#!/usr/bin/env bats
# own_loop: a loop on poll and a heap, without libevent.

load ../../scripts/lib/test_helper
load ../../scripts/lib/fair

@test "own_loop: plays both scenes as its twin does" {
    same_as_twin own_loop
}

@test "own_loop: is no part of libevent" {
    run ldd "$build/01-loop/own_loop"
    assert_success
    refute_output --partial libevent
}

@test "own_loop: sleeps, does not spin" {
    fairly run_program own_loop
    assert_success
    expect_asleep
}

@test "own_loop: a result that cannot be written is an error" {
    run bash -c "$(command_for own_loop) >/dev/full"
    assert_failure 1
    assert_output "own_loop: cannot write the result: No space left on device"
}
