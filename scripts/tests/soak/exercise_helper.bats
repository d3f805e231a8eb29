#!/usr/bin/env bats
# The verdicts of expect_idle beside eight busy processes, again and again.

plain_build_only=yes
load ../../lib/test_helper
load ../helpers/copy
load ../helpers/practice
load ../helpers/idle

busy=()
teardown() {
    ((${#busy[@]} == 0)) || kill "${busy[@]}"
}

@test "expect_idle: the verdict is the same beside eight busy processes" {
    for i in {1..8}; do
        timeout 300 bash -c 'while :; do :; done' 3>&- &
        busy+=($!)
    done
    for i in {1..5}; do
        rm -rf "$copy"
        idle_verdicts
    done
}
