#!/usr/bin/env bats
# Unsolved fails: those who ask at once do not wait for each other, and are served in order
load ../../scripts/checking/exercise_helper

all=ABCDEFGHIJKLMNOPQRSTUVWXYZ

@test "those who ask at once do not wait for each other, and are served in order" {
    local max n=$((3 + RANDOM % 7)) expected

    expected=$(each "$all" '%s has two\n')
    for max in 2 3 $((5 + 2 * (RANDOM % 3))); do
        # shellcheck disable=SC2046
        run_exercise "$max" "want:${all:0:n}" $(each "${all:0:n}" 'give:%s ') count
        expect_output "$(head -n "$n" <<<"$expected")
lent 0"
    done
    # shellcheck disable=SC2046
    run_exercise 2 "want:$all" $(each "$all" 'give:%s ') count
    expect_output "$expected
lent 0"
    # Room for all of them.
    run_exercise 52 "want:$all" count "give:$all" count
    expect_output "$expected
lent 52
lent 0"
    expect_nothing_left
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
    expect_nothing_left
}

@test "the patience is for both together, all of it; a job that runs out of it has nothing" {
    local ms=$((300 * patience)) part

    part=$((ms * 2 / 3))
    # W copies for longer than its patience. E and F give up, E first, and A gets both
    # when most of its patience is over. Z waits for more than 2 s, G only a moment.
    run_exercise -t 5 4 "want:W:$ms" one:XY want:E:100 want:F:150 "want:A:$ms" want:Z:3000000 \
        sleep:200 count "sleep:$((part - 200))" give:X give:Y count want:G:100 sleep:2100 count \
        give:A count give:W give:Z count
    expect_output "W has two
X has one
Y has one
E has none: timed out
F has none: timed out
lent 4
A has two
lent 4
G has none: timed out
lent 4
Z has two
lent 4
lent 0"
    expect_idle
    # One that gives up has not had its turn: A is still the first.
    run_exercise 2 one:XY want:A want:B:50 want:C sleep:100 give:X give:Y give:A count
    expect_output "X has one
Y has one
B has none: timed out
A has two
C has two
lent 2"
    expect_nothing_left
}

@test "a job that is cancelled has nothing, and does not keep the next one waiting" {
    local steps=() expected=() passes

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
    # In the queue: it is not its turn. With one of the two. While it copies.
    run_exercise 2 one:XY want:ABCD cancel:B give:X give:Y count cancel:A count give:C cancel:D count
    expect_output "X has one
Y has one
B is cancelled
A has two
lent 2
A is cancelled
C has two
lent 2
D has two
D is cancelled
lent 0"
    # In the same breath as its connections come, or a little later.
    for passes in 0 1 2 3 4 5; do
        steps+=(one:XY want:AB "pass:$passes" give:X give:Y cancel:A pass count give:B)
        expected+=("X has one" "Y has one" "A is cancelled" "B has two" "lent 2")
    done
    run_exercise 2 "${steps[@]}"
    output=$(grep -v 'A has two' <<<"$output")
    expect_output "$(printf '%s\n' "${expected[@]}")"
    expect_nothing_left
}

@test "if one of the two cannot be had, neither is kept, and the job says why" {
    local refused

    run_exercise 2 one:X give:X refuse want:A count accept want:B count
    expect_output "X has one
A has none: refused
lent 0
B has two
lent 2"
    # With others that wait. The first of the two, and the second: one is free then.
    for refused in "refuse:1 refused" "exhaust:1 out of memory"; do
        run_exercise 2 "${refused%% *}" want:ABC count give:B count
        expect_output "A has none: ${refused#* }
B has two
lent 2
C has two
lent 2"
        run_exercise 2 one:X give:X "${refused%% *}" want:ABC count give:B count
        expect_output "X has one
A has none: ${refused#* }
B has two
lent 2
C has two
lent 2"
    done
    run_exercise $((2 + RANDOM % 3)) refuse want:ABC count accept want:D give:D close want:E count
    expect_output "A has none: refused
B has none: refused
C has none: refused
lent 0
D has two
E has none: the pool is closing
lent 0"
    run_exercise 4 want:A one:XY want:BC close count give:A give:X give:Y count
    expect_output "A has two
X has one
Y has one
B has none: the pool is closing
C has none: the pool is closing
lent 4
lent 0"
    expect_nothing_left
}
