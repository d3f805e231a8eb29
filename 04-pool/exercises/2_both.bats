#!/usr/bin/env bats
# Unsolved fails: those who ask at once do not wait for each other, and are served in order
load ../../scripts/checking/exercise_helper

@test "those who ask at once do not wait for each other, and are served in order" {
    local max all=ABCDEFGHIJ n=$((3 + RANDOM % 7)) steps=() expected=() i

    for ((i = 0; i < n; i++)); do
        steps+=("give:${all:i:1}")
        expected+=("${all:i:1} has two")
    done
    for max in 2 3; do
        run_exercise "$max" "want:${all:0:n}" "${steps[@]}" count
        expect_output "$(printf '%s\n' "${expected[@]}" "lent 0")"
    done
}

@test "they get theirs beside borrowers that keep one for long" {
    run_exercise 4 one:XY want:ABC give:A give:B give:C count
    expect_output "X has one
Y has one
A has two
B has two
C has two
lent 2"
    run_exercise 6 one:XY want:ABC count give:B count
    expect_output "X has one
Y has one
A has two
B has two
lent 6
C has two
lent 6"
    run_exercise 2 one:X want:ABC give:X give:A give:B count give:C count
    expect_output "X has one
A has two
B has two
C has two
lent 2
lent 0"
}

@test "the patience is for both together, all of it; a job that runs out of it has nothing" {
    local ms=$((300 * patience))

    run_exercise 2 one:XY "want:A:$ms" "sleep:$((ms * 2 / 3))" give:X give:Y "sleep:$((ms * 2 / 3))" count
    expect_output "X has one
Y has one
A has two
lent 2"
    run_exercise 2 one:XY want:A:200 want:B want:C:200 sleep:150 give:X sleep:100 give:Y count
    expect_output "X has one
Y has one
A has none: timed out
C has none: timed out
B has two
lent 2"
}

@test "a job that is cancelled has nothing, and does not keep the next one waiting" {
    run_exercise 2 one:XY want:ABC cancel:B cancel:A give:X count give:Y count want:D cancel:C count
    expect_output "X has one
Y has one
B is cancelled
A is cancelled
lent 2
C has two
lent 2
C is cancelled
D has two
lent 2"
    expect_nothing_left
}

@test "if one of the two cannot be had, neither is kept, and the job says why" {
    run_exercise 2 one:X give:X refuse want:A count accept want:B count
    expect_output "X has one
A has none: refused
lent 0
B has two
lent 2"
    run_exercise $((2 + RANDOM % 3)) refuse want:A count accept want:B give:B close want:C count
    expect_output "A has none: refused
lent 0
B has two
C has none: the pool is closing
lent 0"
    expect_nothing_left
}
