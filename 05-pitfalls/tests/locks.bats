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

@test "async_lock: to cancel costs the same in any order" {
    drive any_order lock 20000
    awk -F': ' '$2 + 0 >= 50 { exit 1 }' <<<"$output" || fail "$output"
}
