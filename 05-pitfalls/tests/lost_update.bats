#!/usr/bin/env bats
# lost_update: what is lost between two steps, on one thread.

load ../../scripts/lib/test_helper

@test "lost_update: read and written in one step, nothing is lost" {
    same_as_twin lost_update
    assert_output "10 deposits of 10: balance 100"
}

@test "lost_update broken: all ten have read the same balance" {
    same_as_twin lost_update broken
    assert_output "10 deposits of 10: balance 10"
}

@test "lost_update: in both scenes all ten wait at once" {
    for scene in fixed broken; do
        run_program lost_update "$scene"
        assert_success
        assert_equal "$stderr" "lost_update: 10 tasks waited at once"
    done
}
