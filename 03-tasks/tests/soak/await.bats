#!/usr/bin/env bats
# The long runs of 03-tasks: make soak CHAPTER=03

load ../../../scripts/lib/test_helper

@test "soak: 50 storms of cancellations, each with a seed of its own" {
    local seed

    for ((seed = 1; seed <= 50; seed++)); do
        run_program -t 120 tests/drivers/storm 1000 "$seed"
        assert_success
        assert_output --partial "each cleaned up once, nothing missing"
    done
}
