#!/usr/bin/env bats
# lost_update and deadlock: what goes wrong between two steps, on one thread.

load ../scripts/test_helper

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

@test "deadlock: in one order, both get through" {
    same_as_twin deadlock
    assert_output "A holds left
A holds right
A is done
B holds left
B holds right
B is done
2 of 2 tasks are done"
}

@test "deadlock fixed: names the default" {
    run_program deadlock fixed
    assert_success
    assert_line "2 of 2 tasks are done"
}

@test "deadlock broken: the circle is found and named, nobody gets through" {
    same_as_twin deadlock broken
    assert_output "A holds left
B holds right
deadlock: B waits for left, A waits for right
0 of 2 tasks are done"
}

@test "lost_update, deadlock: an unknown scene is wrong usage" {
    assert_usage_error "fixed|broken" lost_update nothing
    assert_usage_error "unexpected 'x'" lost_update fixed x
    assert_usage_error "fixed|broken" deadlock nothing
    assert_usage_error "unexpected 'x'" deadlock fixed x
}
