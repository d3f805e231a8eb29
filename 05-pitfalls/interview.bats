#!/usr/bin/env bats
# Proves the answers of interview.md: a test's name begins with its card's id.

load ../scripts/test_helper

@test "05-02 an async lock hands itself on in the order of asking, and the callbacks come from the loop" {
    prove lock_rules fifo
    assert_output "task 0 has the lock
task 1 has the lock
task 2 has the lock
task 3 has the lock
at the end: free, 0 wait"
}

@test "05-02 no barging: who asks at once after his release is the last" {
    prove lock_rules barging
    assert_output "task 0 has the lock
task 0 asks again, at once: 0
task 1 has the lock
task 2 has the lock
task 3 has the lock
task 0 has the lock
at the end: free, 0 wait"
}

@test "05-03 a cancelled waiter leaves no trace; one the lock was given to passes it on" {
    prove lock_rules cancelled
    assert_output "task 0 has the lock
cancel task 2, who waits: 0
cancel him again: -1
task 1 has the lock
task 3 has the lock
at the end: free, 0 wait"
    prove lock_rules given
    assert_output "task 0 has the lock
cancel task 1, to whom it was given: 0
task 2 has the lock
task 3 has the lock
at the end: free, 0 wait"
}

@test "05-03 a waiter that times out leaves no trace" {
    prove lock_rules timeout
    assert_output "task 0 has the lock
task 3 timed out, 2 still wait
task 2 timed out, 1 still wait
task 1 timed out, 0 still wait
at the end: free, 0 wait"
}

@test "05-03 release by a non-owner is an error, and so is asking twice" {
    prove lock_rules misuse
    assert_output "task 0 has the lock
release by task 1, who waits: -1
ask again while it is held: -1, while waiting: -1
cancel by task 0, who holds: -1
release it twice: -1
task 1 has the lock
task 2 has the lock
task 3 has the lock
at the end: free, 0 wait"
}
