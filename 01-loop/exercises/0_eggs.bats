#!/usr/bin/env bats
# A check runs the program with what a learner did not choose, and looks at what comes
# out of it: what it prints, how it ends, and what it leaves behind.
load ../../scripts/checking/exercise_helper

@test "each egg is done in its time, whatever their order" {
    local first=$((20 + RANDOM % 50))

    run_exercise $((first + 200)) "$first" $((first + 100))
    expect_output "egg 2 is done
egg 3 is done
egg 1 is done
3 eggs"
    expect_status 0
}

@test "while they boil it waits: all take as long as the longest" {
    run_exercise 400 400 400 400
    ((could < 800)) || wrong "four eggs of 400 ms take 400 ms" "$could ms"
    expect_idle 8
}

@test "nothing is left" {
    run_exercise 10 20
    run_exercise
    expect_output "0 eggs"
    expect_nothing_left
}
