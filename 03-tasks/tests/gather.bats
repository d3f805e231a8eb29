#!/usr/bin/env bats
# gather: results in argument order, the first error, groups.

load ../../scripts/lib/test_helper

@test "gather: prints what its asyncio twin prints" {
    same_as_twin gather
    assert_line "results: 9 4 1"
    assert_line "  3 was cancelled"
    assert_equal "$(grep -c "^error: zero" <<<"$output")" 2
}
