#!/usr/bin/env bats
# gather: results in argument order, the first error, groups; the first of several.

load ../../scripts/lib/test_helper

@test "gather: prints what its asyncio twin prints" {
    same_as_twin gather
    assert_line "results: 9 4 1"
    assert_line "  3 was cancelled"
    assert_equal "$(grep -c "^error: zero" <<<"$output")" 2
}

@test "task_wait_first: the first wins, the losers are cancelled, and all have ended" {
    drive first
    assert_output "one is done: second wins; first: cancelled, second: a result; the awaiter: a result
both in one pass: first wins; first: a result, second: a result; the awaiter: a result
the winner fails: second wins; first: cancelled, second: no route; the awaiter: no route
the loser fails: first wins; first: a result, second: no rollback; the awaiter: a result
the awaiter is cancelled: none wins; first: cancelled, second: cancelled; the awaiter: cancelled
its deadline passes: none wins; first: cancelled, second: cancelled; the awaiter: timed out
and one catches it: first wins; first: a result, second: cancelled; the awaiter: a result
cancelled when one has won: first wins; first: a result, second: cancelled; the awaiter: cancelled
one has ended before: first wins; first: a result, second: cancelled; the awaiter: a result"
}
