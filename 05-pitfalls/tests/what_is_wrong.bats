#!/usr/bin/env bats
# The ten excerpts of what_is_wrong/README.md: each fault is brought out.

load ../../scripts/lib/test_helper
load helpers/asan

@test "what is wrong 1: three events share one argument" {
    run_program what_is_wrong/loop_variable
    assert_success
    assert_output "event 3
event 3
event 3"
}

@test "what is wrong 2: an event without EV_PERSIST comes once" {
    run_program what_is_wrong/once
    assert_success
    assert_output "read a
the loop ended: 1"
}

@test "what is wrong 3: a callback goes on with what it has freed" {
    with_asan what_is_wrong/after_free
    assert_output --partial heap-use-after-free
    assert_output --partial on_readable
}

@test "what is wrong 4: a list is walked and freed at once" {
    with_asan what_is_wrong/foreach
    assert_output --partial heap-use-after-free
}

@test "what is wrong 5: a read is taken for a message" {
    run_program what_is_wrong/message
    assert_success
    assert_output "message 1: pay 10"
}

@test "what is wrong 6: 'try again' is taken for an error" {
    run_program what_is_wrong/again
    assert_success
    assert_output "read 5 bytes
closed: Resource temporarily unavailable"
}

@test "what is wrong 7: the event is not looked at" {
    run_program what_is_wrong/event
    assert_success
    assert_output "connected"
}

@test "what is wrong 8: an early return keeps the lock" {
    run_program what_is_wrong/early_return
    assert_failure 1
    assert_output "task 1: 10
task 2: a wrong amount"
    [[ $stderr == *"task payment waits in vain"* ]] || fail "$stderr"
}

@test "what is wrong 9: the argument lives in a function that has returned" {
    with_asan what_is_wrong/stack
    assert_output --partial stack-use-after-return
}

@test "what is wrong 10: checked before a yield, done after it" {
    run_program what_is_wrong/check
    assert_success
    assert_output "paid 80, balance 20
paid 80, balance -60"
}
