#!/usr/bin/env bats
# own_loop: a loop on poll and a heap, without libevent.

load ../../scripts/lib/test_helper

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
