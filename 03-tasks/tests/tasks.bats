#!/usr/bin/env bats
# tasks: two tasks sleep at once.

load ../../scripts/lib/test_helper

@test "tasks: prints what its asyncio twin prints" {
    same_as_twin tasks
    assert_output "Task 2 completed
Task 1 completed"
}

@test "tasks: both sleep at once: two seconds in all, not three" {
    local start=${EPOCHREALTIME/[.,]/} took

    run_program tasks
    took=$((${EPOCHREALTIME/[.,]/} - start))
    assert_success
    ((took > 1950000)) || fail "it took $took µs"
    # Under valgrind the start alone may take a second.
    [[ -n ${VALGRIND-}${SANITIZE-} ]] || ((took < 2950000)) || fail "it took $took µs"
}

@test "tasks: each line comes when its task is done, also into a pipe" {
    local first

    # shellcheck disable=SC2091 # a word list
    exec 7< <($(command_for tasks))
    read -r -t $((10 * slow)) -u 7 first
    assert_equal "$first" "Task 2 completed"
    # The second task has another second to go: nothing more is there yet.
    run -1 --separate-stderr read -r -t 0 -u 7
    exec 7<&-
}
