#!/usr/bin/env bats
# The ten excerpts of what_is_wrong.md: each fault is brought out.

load ../scripts/test_helper
load asan

@test "what is wrong 1: three events share one argument" {
    prove wrong_loop_variable
    assert_output "event 3
event 3
event 3"
}

@test "what is wrong 2: an event without EV_PERSIST comes once" {
    prove wrong_once
    assert_output "read a
the loop ended: 1"
}

@test "what is wrong 3: a callback goes on with what it has freed" {
    with_asan proofs/wrong_after_free
    assert_output --partial heap-use-after-free
    assert_output --partial on_readable
}

@test "what is wrong 4: a list is walked and freed at once" {
    with_asan proofs/wrong_foreach
    assert_output --partial heap-use-after-free
}

@test "what is wrong 5: a read is taken for a message" {
    prove wrong_message
    assert_output "message 1: pay 10"
}

@test "what is wrong 6: 'try again' is taken for an error" {
    prove wrong_again
    assert_output "read 5 bytes
closed: Resource temporarily unavailable"
}

@test "what is wrong 7: the event is not looked at" {
    prove wrong_event
    assert_output "connected"
}

@test "what is wrong 8: an early return keeps the lock" {
    prove wrong_early_return
    assert_output "task 1: 10
task 2: a wrong amount
1 still wait"
}

@test "what is wrong 9: the argument lives in a function that has returned" {
    with_asan proofs/wrong_stack
    assert_output --partial stack-use-after-return
}

@test "what is wrong 10: checked before a yield, done after it" {
    prove wrong_check
    assert_output "paid 80, balance 20
paid 80, balance -60"
}
