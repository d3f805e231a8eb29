#!/usr/bin/env bats
# callbacks: two sleeps without await.

load ../../scripts/lib/test_helper

@test "callbacks: prints what its asyncio twin prints" {
    same_as_twin callbacks
    assert_output "Task 2 completed
Task 1 completed"
}
