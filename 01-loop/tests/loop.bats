#!/usr/bin/env bats
# loop: a sleep, a result, and a loop that ends when they are there.

load ../../scripts/lib/test_helper

@test "loop: prints what its asyncio twin prints" {
    same_as_twin loop
    assert_output "Task completed"
}

@test "loop: sleeps for a second, and ends although another event is pending" {
    local start=${EPOCHREALTIME/[.,]/} took

    run_program loop
    took=$((${EPOCHREALTIME/[.,]/} - start))
    assert_success
    assert_output "Task completed"
    assert_equal "$stderr" ""
    ((took > 950000 && took < 5000000 * slow)) || fail "it took $took µs"
}

@test "loop: the wait costs no processor time" {
    local TIMEFORMAT='%U %S' used

    used=$({ time "$build/01-loop/loop" >/dev/null; } 2>&1)
    awk '{ exit !($1 + $2 < 0.5) }' <<<"$used" || fail "user and system: $used s"
}

@test "loop: a result that cannot be written is an error" {
    run bash -c "$(command_for loop) >/dev/full"
    assert_failure 1
    assert_output --partial "loop: cannot write the result: No space left"
}
