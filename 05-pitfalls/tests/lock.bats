#!/usr/bin/env bats
# lock: the rules of lock.h that no card speaks of; the others are in interview.bats.

load ../../scripts/lib/test_helper

@test "lock: a task that was handed it, and is cancelled before it runs, still releases it" {
    drive lock_rules passed # it ends without another AWAIT
    assert_output "member 0 has the lock
member 1 has the lock
member 2 has the lock
member 3 has the lock
4 of 4 had it; at the end it is free"
}

@test "lock: a deadline that is past when the lock is handed over is no timeout" {
    drive lock_rules late
    refute_line "member 0 timed out"
    assert_line --index 0 "member 0 has the lock"
}

@test "lock: a task that is cancelled while it holds it releases it on its way out" {
    drive lock_rules ended
    assert_output "member 0 has the lock
member 1 has the lock
member 1 cancelled
member 2 has the lock
member 3 has the lock
4 of 4 had it; at the end it is free"
}

@test "lock: a thousand waiters get it in the order in which they asked" {
    drive lock_rules many
    assert_output "1000 of 1000 had it; at the end it is free"
}
