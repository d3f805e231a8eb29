#!/usr/bin/env bats
# Unsolved fails: a job that fails gives its connection to the next one
load ../../scripts/checking/exercise_helper

all=ABCDEFGHIJKLMNOPQRSTUVWXYZ

# times N STEP: the step, N times.
times() {
    local i

    for ((i = 0; i < $1; i++)); do
        echo "$2"
    done
}

@test "a job that fails gives its connection to the next one" {
    local n=$((4 + RANDOM % 3)) m=$((2 + RANDOM % 4))

    # shellcheck disable=SC2046
    run_exercise 1 start:AB $(times "$n" more:A) error:A count $(times "$m" more:B) last:B count
    expect_output "A: failed, $n answers: an error
free 0, lent 1, waiting 0
B: done, $((m + 1)) answers
free 1, lent 0, waiting 0"
    expect_nothing_left
}

@test "a job that cannot ask, or ask again, ends, and gives it back" {
    run_exercise 2 start:A start:B more:B busy more:A count start:C more:B count ready start:D count last:D count
    expect_output "A: failed, 1 answer: the server is busy
free 1, lent 1, waiting 0
C: failed, 0 answers: the server is busy
B: failed, 2 answers: the server is busy
free 2, lent 0, waiting 0
free 1, lent 1, waiting 0
D: done, 1 answer
free 2, lent 0, waiting 0"
    expect_nothing_left
}

@test "a job that gets no connection ends, and says why; its question may take longer" {
    run_exercise 1 start:A start:B sleep:150 count sleep:150 more:A count \
        start:C sleep:60 start:D sleep:40 last:A last:C last:D count
    expect_output "free 0, lent 1, waiting 1
B: failed, 0 answers: timed out
free 0, lent 1, waiting 0
A: done, 2 answers
C: done, 1 answer
D: done, 1 answer
free 1, lent 0, waiting 0"
    expect_idle
    run_exercise 2 refuse start:A accept start:B start:C start:D close start:E last:B last:C count
    expect_output "A: failed, 0 answers: refused
D: failed, 0 answers: the pool is closing
E: failed, 0 answers: the pool is closing
B: done, 1 answer
C: done, 1 answer
free 0, lent 0, waiting 0"
    expect_nothing_left
}

@test "a cancelled job holds nothing: neither a place in the queue, nor a connection" {
    local steps=() expected=() passes

    run_exercise 1 start:A start:B start:C cancel:B count last:A count last:C count
    expect_output "B: cancelled, 0 answers
free 0, lent 1, waiting 1
A: done, 1 answer
free 0, lent 1, waiting 0
C: done, 1 answer
free 1, lent 0, waiting 0"
    # The answer to its question is still to come, so its connection must go; the
    # others need not.
    run_exercise 2 start:A more:A start:B start:C cancel:A count last:A last:B count cancel:C count
    expect_output "A: cancelled, 1 answer
free 0, lent 2, waiting 0
A has not asked
B: done, 1 answer
free 1, lent 1, waiting 0
C: cancelled, 0 answers
free 1, lent 0, waiting 0"
    # In the same breath as its connection or its answer comes, or a little later.
    for passes in 0 1 2 3 4; do
        steps+=(start:ABC "pass:$passes" last:A cancel:B pass
            "pass:$passes" more:C cancel:C pass count)
        expected+=("A: done, 1 answer" "B: cancelled, 0 answers" "C: cancelled, 1 answer"
            "lent 0, waiting 0")
    done
    run_exercise 1 "${steps[@]}"
    output=${output//free [01], /}
    expect_output "$(printf '%s\n' "${expected[@]}")"
    expect_nothing_left
}

@test "a job asks as long as there is more, and its answers are its own, however many" {
    local many=$((11 + RANDOM % 3))

    # shellcheck disable=SC2046
    run_exercise 1 start:A $(times "$many" more:A) last:A start:A more:A last:A
    expect_output "A: done, $((many + 1)) answers
A: done, 2 answers"
    run_exercise 2 start:AB more:A more:B last:B start:B last:A last:B count
    expect_output "B: done, 2 answers
A: done, 2 answers
B: done, 1 answer
free 2, lent 0, waiting 0"
    run_exercise 26 "start:$all" "more:$all" count "last:$all" count
    expect_output "free 0, lent 26, waiting 0
$(each "$all" '%s: done, 2 answers\n')
free 26, lent 0, waiting 0"
    expect_nothing_left
}
