#!/usr/bin/env bats
# locks: the race on one thread, and the lock.

load ../../scripts/lib/test_helper

@test "locks: with the lock, each task sees its own increment" {
    same_as_twin locks
    assert_output "$(printf 'Incremented, value: %d\n' {1..10})"
}

@test "locks broken: without it, all of them see the last" {
    same_as_twin locks broken
    assert_output "$(for _ in {1..10}; do echo "Incremented, value: 10"; done)"
}

@test "locks fixed: names the default" {
    run_program locks fixed
    assert_success
    assert_line --index 9 "Incremented, value: 10"
}

@test "locks: an unknown scene is wrong usage" {
    assert_usage_error "fixed|broken" locks brokken
    assert_usage_error "unexpected 'x'" locks broken x
}

@test "locks: the sum is right in both scenes" {
    for scene in fixed broken; do
        run_program locks "$scene"
        assert_equal "$stderr" "locks: the sum is 10"
    done
}
