#!/usr/bin/env bats
# Unsolved fails: one worker: each result is printed and counted
load ../../scripts/checking/exercise_helper

# squares NUMBER…: what is printed for them, in that order.
squares() {
    for number in "$@"; do
        echo "$number squared is $((number * number))"
    done
}

# times COUNT WORD: prints it so often.
times() {
    yes "$2" | head -n "$1"
}

@test "one worker: each result is printed and counted" {
    local numbers=(7 3 $((1 + RANDOM % 25)) 9 1 12)

    numbers=("${numbers[@]:0:3+RANDOM%4}")
    run_exercise 1 "${numbers[@]}"
    expect_output "$(squares "${numbers[@]}")
${#numbers[@]} results"
    expect_status 0
    run_exercise 1
    expect_output "0 results"
    expect_nothing_left
}

@test "several workers: no result is missing" {
    local numbers=(2 $((150 + RANDOM % 50)) 3 $((1 + RANDOM % 25)) 4 5 6)

    run_exercise $((2 + RANDOM % 2)) "${numbers[@]}"
    [[ ${lines[-1]} == "7 results" ]] || wrong "at last: 7 results" "$output"
    output=$(sort -n <<<"${output%$'\n'*}")
    # shellcheck disable=SC2046 # numbers
    expect_output "$(squares $(printf '%s\n' "${numbers[@]}" | sort -n))"
    expect_status 0
    run_exercise 16 5 320
    expect_output "$(squares 5 320)
2 results"
    expect_idle
    expect_nothing_left
    # All work at the same time, so the last item is ready first.
    # shellcheck disable=SC2046,SC2207 # numbers
    numbers=($(times $((8 + RANDOM % 8)) 250) 6)
    run_exercise "${#numbers[@]}" "${numbers[@]}"
    [[ ${lines[0]} == "$(squares 6)" && ${lines[-1]} == "${#numbers[@]} results" ]] ||
        wrong "${#numbers[@]} workers, each busy with one number; 6 is ready first" "$output"
}

@test "an item that is no number ends the pipeline, and all its tasks" {
    local word=x$RANDOM

    expecting="failed: not a number"
    run_exercise 2 60000 "$word" 1 2 3 4 5
    expect_output "failed: not a number"
    expect_status 1
    expecting="failed: not a number: 7$word is none"
    run_exercise 2 60000 "7$word"
    expect_output "failed: not a number"
    run_exercise 3 1 1 1 1 1 1 1 1 "$word" 50000 50000
    [[ ${lines[-1]} == "failed: not a number" ]] ||
        wrong "at last: failed: not a number" "$output"
    # Two in the queue and one in the writer's hand may be lost; one more is not told on.
    # shellcheck disable=SC2046 # numbers
    run_exercise 1 $(times 40 0) "$word"
    ((${#lines[@]} > 36)) && [[ ${lines[35]} == "$(squares 0)" ]] ||
        wrong "36 of the 40 are printed, as each is ready: the queues and hands hold no more" \
            "$output"
}

@test "nothing is left after an item that is no number" {
    run_exercise 2 60000 bad 1 2 3 4 5
    expect_nothing_left
    run_exercise 3 1 1 1 1 1 1 1 1 1 1 bad 1
    expect_nothing_left
    # All are busy when it comes: the queues are full, and each hand holds an item.
    run_exercise 3 0 0 0 0 0 0 0 0 bad worse 0 0 0 0
    expect_nothing_left
}

@test "nothing is left when it is cancelled" {
    run_exercise -d $((60 * patience)) 2 60000 1 2 60000 7 7 7 7
    [[ ${lines[-1]} == "failed: timed out" ]] || wrong "at last: failed: timed out" "$output"
    expect_nothing_left
    # shellcheck disable=SC2046 # words
    run_exercise -d $((30 * patience)) 3 $(times $((20 * patience)) 1) 60000
    ((${#lines[@]} <= 3 * patience + 1)) ||
        wrong "$((3 * patience)) lines at most: the writer takes 10 ms for each" "$output"
    expect_nothing_left
}
