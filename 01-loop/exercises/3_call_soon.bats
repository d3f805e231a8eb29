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
$(numbers "$n" $((2 * n - 2)))
deferred $n
$(numbers $((2 * n)) $((3 * n - 1)))"
    expect_status 0
}

@test "calls run in the order they were deferred" {
    in_order 2
    in_order $((6 + RANDOM % 50))
    in_order $((12000 + RANDOM % 1000))
    # In all other runs it is 0xbe.
    then="fresh memory is all zeros"
    ASAN_OPTIONS=malloc_fill_byte=0:$ASAN_OPTIONS in_order 5
}

@test "a call deferred by a call runs in the next pass" {
    local n=$((3000 + RANDOM % 500))

    run_exercise -t 6 chain "$n"
    expect_output "the timer had its turn
the chain has ended: $n calls"
    ((could < 2000)) ||
        wrong "each pass comes at once: $n take less than 2 s" "they took $could ms"
}

@test "nothing is left, when all calls have run" {
    run_exercise $((5 + RANDOM % 50))
    run_exercise chain 10
    expect_nothing_left
}

@test "nothing is left of calls that were never run" {
    local n

    for n in 1 $((2 + RANDOM % 20)) 70000; do
        run_exercise stop $((4 + RANDOM % 20)) "$n"
        expect_output "the timer had its turn
deferred $n"
        expect_status 0
    done
    expect_nothing_left
}

@test "a queue that soon_init never made can be freed" {
    then="there is no memory for so many calls"
    ASAN_OPTIONS+=:allocator_may_return_null=1
    run_exercise $((10 ** 18 + RANDOM))
    stderr=$(grep -o '^3_call_soon: .*' <<<"$stderr") || true
    expect_status 1
    expect_nothing_left
}
