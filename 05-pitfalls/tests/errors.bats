#!/usr/bin/env bats
# errors: who hears of a failing task, and what becomes of its siblings.

load ../../scripts/lib/test_helper

@test "errors: the awaiter catches the error, the siblings finish" {
    same_as_twin errors
    run_program errors
    assert_success
    assert_output "Caught exception: Simulated error"
    assert_equal "$stderr" "errors: task cleaned up
errors: sibling 1 finished
errors: sibling 1 cleaned up
errors: sibling 2 finished
errors: sibling 2 cleaned up"
}

@test "errors broken: an error that main lets through brings the loop down" {
    run_program errors broken
    assert_failure 1
    assert_output ""
    [[ $stderr == *"errors: task main failed: Simulated error"* ]]
    [[ $stderr == *"sibling 1 was cut off"*"sibling 2 was cut off"* ]]
    [[ $stderr != *finished* ]]
}

@test "errors broken: what is cut off cleans up on the way out, once" {
    run_program errors broken
    for task in task "sibling 1" "sibling 2"; do
        assert_equal "$(grep -cx "errors: $task cleaned up" <<<"$stderr")" 1
    done
}

@test "errors broken: so it is in asyncio" {
    needs_python
    run --separate-stderr "$python" 05-pitfalls/errors.py broken
    assert_failure 1
    assert_output ""
    [[ $stderr == *"RuntimeError: Simulated error"* ]]
    [[ $stderr == *"sibling 1 was cut off"* ]]
}

@test "errors unobserved: the siblings finish, the error is reported at the end" {
    same_as_twin errors unobserved
    run_program errors unobserved
    assert_success
    assert_output ""
    assert_equal "$stderr" "errors: task cleaned up
errors: sibling 1 finished
errors: sibling 1 cleaned up
errors: sibling 2 finished
errors: sibling 2 cleaned up
errors: task fail failed, nobody awaited it: Simulated error"
}

@test "errors unobserved: asyncio reports it, too" {
    needs_python
    run --separate-stderr "$python" 05-pitfalls/errors.py unobserved
    assert_success
    [[ $stderr == *"Task exception was never retrieved"*"Simulated error"* ]]
}

@test "errors: an unknown scene is wrong usage" {
    assert_usage_error "fixed|broken|unobserved" errors nothing
}
