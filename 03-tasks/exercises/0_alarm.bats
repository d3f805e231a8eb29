#!/usr/bin/env bats
load ../../scripts/checking/exercise_helper

# not_answered COUNT: what is printed for the first phones.
not_answered() {
    for ((i = 1; i <= $1; i++)); do
        echo "phone $i is not answered"
    done
}

@test "one phone rings after the other, until one is answered" {
    local late=(500 500 500 500)

    late=("${late[@]:RANDOM % 3}")
    run_exercise "${late[@]}" $((RANDOM % 20)) 10 500
    expect_output "$(not_answered ${#late[@]})
phone $((${#late[@]} + 1)) is answered
the line is free"
    expect_status 0
}

@test "if no phone is answered, it fails, and the line is free all the same" {
    run_exercise 500 $((500 + RANDOM)) 500
    expect_output "$(not_answered 3)
the line is free"
    expect_status 1
    [[ $stderr == *"no phone is answered"* ]] ||
        wrong "on stderr: no phone is answered" "$stderr"
    expect_nothing_left
}
