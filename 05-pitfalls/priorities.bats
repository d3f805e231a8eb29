#!/usr/bin/env bats
# priorities: how long urgent events wait in a flood.

load ../scripts/test_helper


@test "priorities broken: the urgent events wait for the whole flood" {
    run_program priorities broken
    assert_success
    assert_equal "${#lines[@]}" 3
    assert_output --regexp "^(urgent [123]: ready at [0-9]+, ran after 1000 of 1000: behind the whole flood.?)+$"
}

@test "priorities: fixed, each runs within a batch of 16" {
    local line seen=0

    run_program priorities
    assert_success
    while read -r line; do
        [[ $line =~ ^urgent\ ([123]):\ ready\ at\ ([0-9]+),\ ran\ after\ ([0-9]+)\ of\ 1000 ]]
        ((BASH_REMATCH[3] - BASH_REMATCH[2] <= 16))
        seen=$((seen + 1))
        ((BASH_REMATCH[1] == seen))
    done <<<"$output"
    ((seen == 3))
}

@test "priorities fixed: names the default" {
    run_program priorities fixed
    assert_success
    assert_line --partial "within a batch"
}

@test "priorities: an unknown scene is wrong usage" {
    assert_usage_error "fixed|broken" priorities low
}
