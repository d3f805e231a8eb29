#!/usr/bin/env bats
# Unsolved fails: those who ask at once do not wait for each other, and are served in order
load ../../scripts/checking/exercise_helper

@test "those who ask at once do not wait for each other, and are served in order" {
    local max all=ABCDEFGHIJ n=$((3 + RANDOM % 7)) steps=() expected=() i

    for ((i = 0; i < n; i++)); do
        steps+=("give:${all:i:1}")
        expected+=("${all:i:1} has two")
    done
    for max in 2 3 4; do
        run_exercise "$max" "want:${all:0:n}" "${steps[@]}" count
        expect_output "$(printf '%s\n' "${expected[@]}" "lent 0")"
    done
}

@test "they get theirs beside somebody who keeps one for long" {
    run_exercise 2 one:X want:ABC give:X give:A give:B count give:C count
    expect_output "X has one
A has two
B has two
C has two
lent 2
lent 0"
    run_exercise 3 one:X want:ABC give:A give:B give:C count give:X count
    expect_output "X has one
A has two
B has two
C has two
lent 1
lent 0"
}

@test "the time is for both together, all of it; who is out of time has nothing" {
    local time=$((600 + 300 * patience))

    run_exercise 2 one:XY "want:A:$time" "sleep:$((time * 5 / 9))" give:X give:Y count
    expect_output "X has one
Y has one
A has two
lent 2"
    run_exercise 2 one:XY want:A:300 sleep:200 give:X sleep:200 count give:Y want:B count
    expect_output "X has one
Y has one
A has none: timed out
lent 1
B has two
lent 2"
    run_exercise 2 one:XY want:A:50 want:B want:C:50 sleep:150 give:X give:Y count give:B want:D
    expect_output "X has one
Y has one
A has none: timed out
C has none: timed out
B has two
lent 2
D has two"
}

@test "who cancels has nothing, and does not keep the next one waiting" {
    run_exercise 2 one:X want:A cancel:A count want:BC cancel:B give:X count give:C count
    expect_output "X has one
lent 1
C has two
lent 2
lent 0"
    run_exercise 2 one:XY want:ABC cancel:B cancel:A give:X cancel:C give:Y count
    expect_output "X has one
Y has one
lent 0"
}

@test "if one of the two cannot be had, neither is kept; and nothing is left" {
    local i

    run_exercise 2 one:X give:X refuse want:A count accept want:B count
    expect_output "X has one
A has none: refused
lent 0
B has two
lent 2"
    run_exercise 2 one:X refuse want:A count
    expect_output "X has one
A has none: refused
lent 1"
    run_exercise $((2 + RANDOM % 3)) refuse want:A count accept want:B give:B count
    expect_output "A has none: refused
lent 0
B has two
lent 0"
    run_exercise 2 one:X want:A:50 want:B want:C:50 cancel:B sleep:150 want:D
    expect_output "X has one
A has none: timed out
C has none: timed out"
    # Without memory for one of the two.
    for i in 1 2; do
        run_exercise 2 "nomemory:$i" want:A want:B count give:B count
        [[ ${lines[0]} == "A cannot ask" || ${lines[0]} == "A has none: "* ]] ||
            wrong "A cannot ask" "$output"
        output=${output#*$'\n'}
        expect_output "B has two
lent 2
lent 0"
    done
    expect_nothing_left
}
