#!/usr/bin/env bats
# timeout: deadlines and cancellation.

load ../../scripts/lib/test_helper

@test "timeout: prints what its asyncio twin prints" {
    same_as_twin timeout
    # It is said to have timed out only when its clean-up is over.
    assert_line --index 2 "slow: cleaned up"
    assert_line --index 3 "slow: timed out"
    assert_line "stubborn: result 42"
    assert_line "item: timed out"
}
