#!/usr/bin/env bats
# Unsolved fails: calls run in the order they were deferred
load ../../scripts/checking/exercise_helper

# numbers FROM TO: in one line.
numbers() {
    seq -s ' ' "$1" "$2"
}

in_order() {
    local n=$1

    run_exercise "$n"
    expect_output "deferred $n
$(numbers 0 $((n - 1)))
deferred $n
$(numbers "$n" $((2 * n - 1)))"
    expect_status 0
}

@test "calls run in the order they were deferred" {
    in_order 5
    in_order $((6 + RANDOM % 50))
    in_order $((1000 + RANDOM % 1000))
}

@test "a call deferred by a call runs in the next pass" {
    local n=$((500 + RANDOM % 500))

    run_exercise chain "$n"
    expect_output "the timer had its turn
the chain has ended: $n calls"
}

@test "nothing is left, when all calls have run" {
    run_exercise $((5 + RANDOM % 50))
    run_exercise chain 10
    expect_nothing_left
}

@test "nothing is left of a call that was never run" {
    run_exercise stop $((2 + RANDOM % 20)) 100
    expect_status 0
    expect_nothing_left
}

@test "a queue that soon_init never made can be freed" {
    # More calls than there is memory for.
    ASAN_OPTIONS+=:allocator_may_return_null=1
    run_exercise $((10 ** 18 + RANDOM))
    stderr=$(grep -o '^3_call_soon: .*' <<<"$stderr") || true
    expect_status 1
    expect_nothing_left
}
