#!/usr/bin/env bats
# Unsolved fails: a job that fails gives its connection to the next one
load ../../scripts/checking/exercise_helper

# answers N JOB: steps, N times "more".
answers() {
    local i

    for ((i = 0; i < $1; i++)); do
        echo "more:$2"
    done
}

@test "a job that fails gives its connection to the next one" {
    local n=$((2 + RANDOM % 4)) m=$((2 + RANDOM % 4))

    # shellcheck disable=SC2046
    run_exercise 1 start:A start:B $(answers "$n" A) error:A count $(answers "$m" B) last:B count
    expect_output "A: failed, $n answers: an error
free 0, lent 1, waiting 0
B: done, $((m + 1)) answers
free 1, lent 0, waiting 0"
}

@test "a job that cannot ask, or ask again, ends, and gives it back" {
    run_exercise 2 start:A start:B more:B busy more:A count start:C more:B count ready start:D count last:D count
    expect_output "A: failed, 1 answers: the server is busy
free 1, lent 1, waiting 0
C: failed, 0 answers: the server is busy
B: failed, 2 answers: the server is busy
free 2, lent 0, waiting 0
free 1, lent 1, waiting 0
D: done, 1 answers
free 2, lent 0, waiting 0"
}

@test "a job that gets no connection ends, and says why; its question may take longer" {
    run_exercise 1 start:A start:B sleep:150 count sleep:150 count last:A count
    expect_output "free 0, lent 1, waiting 1
B: failed, 0 answers: timed out
free 0, lent 1, waiting 0
A: done, 1 answers
free 1, lent 0, waiting 0"
    run_exercise 2 refuse start:A accept start:B start:C start:D close start:E last:B last:C count
    expect_output "A: failed, 0 answers: refused
D: failed, 0 answers: the pool is closing
E: failed, 0 answers: the pool is closing
B: done, 1 answers
C: done, 1 answers
free 0, lent 0, waiting 0"
}

@test "a cancelled job holds nothing: neither a place in the queue, nor a connection" {
    run_exercise 1 start:A start:B start:C cancel:B count last:A count last:C count
    expect_output "B: cancelled
free 0, lent 1, waiting 1
A: done, 1 answers
free 0, lent 1, waiting 0
C: done, 1 answers
free 1, lent 0, waiting 0"
    # The answer to its question is still to come, so its connection must go; the
    # others need not.
    run_exercise 2 start:A more:A start:B start:C cancel:A count last:A last:B count cancel:C count
    expect_output "A: cancelled
free 0, lent 2, waiting 0
A has not asked
B: done, 1 answers
free 1, lent 1, waiting 0
C: cancelled
free 1, lent 0, waiting 0"
    expect_nothing_left
}
