#!/usr/bin/env bats
# limit: a semaphore.

load ../../scripts/lib/test_helper

@test "limit: prints what its asyncio twin prints" {
    same_as_twin limit
    assert_line --index 10 "at most 3 at once"
}
