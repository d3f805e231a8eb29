#!/usr/bin/env bats
# Unsolved fails: a job that fails gives its connection to the next one
load ../../scripts/exercise_helper

# answers N JOB: steps, N times "more".
answers() {
    local i

    for ((i = 0; i < $1; i++)); do
        echo "more:$2"
    done
}

@test "a job that fails gives its connection to the next one" {
    local n=$((RANDOM % 4)) m=$((2 + RANDOM % 4))

    # shellcheck disable=SC2046
    run_exercise 1 start:A start:B $(answers "$n" A) error:A count $(answers "$m" B) last:B count
    expect_output "A: failed: an error
free 0, lent 1, waiting 0
B: done, $((m + 1)) answers
free 1, lent 0, waiting 0"
}

@test "a job that cannot ask, or ask again, ends, and gives it back" {
    run_exercise 2 start:A start:B more:B busy more:A count start:C more:B count ready start:D count last:D count
    expect_output "A: failed: the server is busy
free 1, lent 1, waiting 0
C: failed: the server is busy
B: failed: the server is busy
free 2, lent 0, waiting 0
free 1, lent 1, waiting 0
D: done, 1 answers
free 2, lent 0, waiting 0"
}

@test "a job that gets no connection ends, and says why" {
    run_exercise 1 start:A start:B sleep:999 count sleep:1 count last:A count
    expect_output "free 0, lent 1, waiting 1
B: failed: timed out
free 0, lent 1, waiting 0
A: done, 1 answers
free 1, lent 0, waiting 0"
    run_exercise 2 refuse start:A accept start:B last:B count
    expect_output "A: failed: refused
B: done, 1 answers
free 1, lent 0, waiting 0"
}

@test "a cancelled job holds nothing: neither a place in the queue, nor a connection" {
    run_exercise 1 start:A start:B start:C cancel:B count last:A count last:C count
    expect_output "B: cancelled
free 0, lent 1, waiting 1
A: done, 1 answers
free 0, lent 1, waiting 0
C: done, 1 answers
free 1, lent 0, waiting 0"
    # The answer to its question is still to come, so its connection must go.
    run_exercise 1 start:A more:A start:B cancel:A count last:A last:B count
    expect_output "A: cancelled
free 0, lent 1, waiting 0
A has not asked
B: done, 1 answers
free 1, lent 0, waiting 0"
}

@test "nothing is left, however jobs end" {
    # shellcheck disable=SC2046
    run_exercise 2 start:A start:B start:C cancel:A error:B $(answers $((RANDOM % 3)) C) last:C count
    run_exercise 1 start:A start:B sleep:1500 busy more:A count
    run_exercise 1 refuse start:A accept start:B start:C
    expect_nothing_left
}
