#!/usr/bin/env bats
# deadlock: two locks, in one order and in two.

load ../../scripts/lib/test_helper

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
