#!/usr/bin/env bats
# A check runs the program, and compares what came with what was expected.
load ../../scripts/checking/exercise_helper

# buy MS BUYERS [LOST]: sets $asked, how often it asked, and $output, the rest.
buy() {
    run_exercise "$@"
    asked=$(grep -cx asked <<<"$output") || true
    output=$(grep -vx asked <<<"$output") || true
}

# pays FROM TO: a line for each of these buyers.
pays() {
    local i

    for ((i = $1; i <= $2; i++)); do
        echo "$i: pays 42"
    done
}

@test "the market is asked once, however many buyers there are" {
    local n=$((3 + RANDOM % 40))

    buy 20 "$n"
    ((asked == 1)) || wrong "one question" "$asked questions"
    expect_output "$(pays 0 $((n - 1)))"
}

@test "a question that is lost fails one buyer, and the next one asks again" {
    buy 20 4 2
    expect_output "0: no answer
1: no answer
$(pays 2 3)"
    ((asked == 3)) || wrong "three questions" "$asked questions"
}

@test "nothing is left" {
    buy 20 3 1
    expect_nothing_left
}
