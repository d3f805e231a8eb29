#!/usr/bin/env bats
# priorities: for how much of a flood urgent events wait.

load ../../scripts/lib/test_helper

late="urgent 1: ready at 100, ran at 1000 of 1000: waited for 900
urgent 2: ready at 400, ran at 1000 of 1000: waited for 600
urgent 3: ready at 700, ran at 1000 of 1000: waited for 300"

# in_time: all three, in order, each within a batch of 16 from when it was ready.
in_time() {
    local line seen=0

    while read -r line; do
        [[ $line =~ ^urgent\ ([123]):\ ready\ at\ ([147]00),\ ran\ at\ ([0-9]+)\ of\ 1000:\ waited\ for\ ([0-9]+)$ ]]
        ((BASH_REMATCH[4] == BASH_REMATCH[3] - BASH_REMATCH[2]))
        ((BASH_REMATCH[4] <= 16)) || fail "$line"
        seen=$((seen + 1))
        ((BASH_REMATCH[1] == seen))
    done <<<"$output"
    ((seen == 3))
}

@test "priorities broken: the urgent events wait for the whole flood" {
    run_program priorities broken
    assert_success
    assert_output "$late"
}

@test "priorities first: a class of their own alone is no better" {
    run_program priorities first
    assert_success
    assert_output "$late"
}

@test "priorities: fixed, each runs within a batch of 16" {
    run_program priorities
    assert_success
    in_time
}

@test "priorities fixed: names the default" {
    run_program priorities fixed
    assert_success
    in_time
}

@test "priorities grouped: the same with one event for the whole flood" {
    run_program priorities grouped
    assert_success
    in_time
}

@test "priorities: an unknown scene is wrong usage" {
    assert_usage_error "fixed|broken" priorities low
    assert_usage_error "fixed|broken" priorities fixed broken
}
