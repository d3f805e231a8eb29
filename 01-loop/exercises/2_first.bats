#!/usr/bin/env bats
# Unsolved fails: a question that nobody answers times out
load ../../scripts/checking/exercise_helper

# expect_ended: the loop has ended by itself.
expect_ended() {
    [[ $status != 1 || -n $stderr ]] ||
        wrong "exit 0: the loop ends because nothing is pending any more" \
            "exit 1: the loop was stopped"
    expect_status 0
}

@test "an answer ends the wait, however far the deadline is" {
    run_exercise $((20000 + RANDOM)) $((20 + RANDOM % 50))
    expect_output "0: answer"
    expect_ended
}

@test "a question that nobody answers times out" {
    run_exercise $((50 + RANDOM % 50)) 60000
    expect_output "0: timeout"
    expect_ended
}

@test "each question has its own end, and the loop ends after the last" {
    run_exercise 600 60000 300 50
    expect_output "2: answer
1: answer
0: timeout"
}

@test "an answer that came while the loop was blocked has come in time" {
    run_exercise -b 350 200 50
    expect_output "0: answer"
    run_exercise -b 150 100 60000
    expect_output "0: timeout"
}

@test "nothing is left" {
    run_exercise 100 20 60000
    expect_nothing_left
}
