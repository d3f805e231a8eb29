#!/usr/bin/env bats
# The programs of 01-loop.

load ../scripts/test_helper

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

@test "sources: each of the four kinds of news, in its order, as its twin" {
    same_as_twin sources
    assert_equal "${#lines[@]}" 4
}

@test "own_loop: plays both scenes as its twin does" {
    same_as_twin own_loop
}

@test "own_loop: is no part of libevent" {
    run ldd "$build/01-loop/own_loop"
    assert_success
    refute_output --partial libevent
}

@test "own_loop: sleeps, does not spin" {
    local TIMEFORMAT='%U %S' used

    used=$({ time "$build/01-loop/own_loop" >/dev/null; } 2>&1)
    awk '{ exit !($1 + $2 < 0.5) }' <<<"$used" || fail "user and system: $used s"
}
