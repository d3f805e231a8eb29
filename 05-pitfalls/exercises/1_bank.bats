#!/usr/bin/env bats
# Unsolved fails: transfers at once lose no money, and make none
load ../../scripts/exercise_helper

# times N WORD: so many of it.
times() {
    for ((i = 0; i < $1; i++)); do
        echo "$2"
    done
}

# expect_outcomes TEXT: the outcomes, in whatever order, and the balances.
expect_outcomes() {
    output=$(printf '%s\n' "${lines[@]#*[0-9]: }" | sort)
    expect_output "$(sort <<<"$1")"
}

@test "a transfer alone is done, or refused" {
    local a=$((30 + RANDOM % 50))

    run_exercise 5 "100,7" "0-1:$a"
    expect_output "0: done
balances: $((100 - a)) $((7 + a))"
    run_exercise 5 "$a,7" "0-1:$((a + 1))"
    expect_output "0: refused: too little
balances: $a 7"
    run_exercise 5 "$a,7" 0-5:1
    expect_output "0: refused: no such account
balances: $a 7"
}

@test "transfers at once lose no money, and make none" {
    local a=$((26 + RANDOM % 7))

    # shellcheck disable=SC2046 # words
    run_exercise 3 100,0,0 $(times 6 "0-1:$a")
    expect_outcomes "$(times 3 "done")
$(times 3 "refused: too little")
balances: $((100 - 3 * a)) $((3 * a)) 0"
    run_exercise 3 "$a,$((a + 1)),0,9" "0-2:$a" 3-2:9 "1-2:$a"
    expect_outcomes "$(times 3 "done")
balances: 0 1 $((2 * a + 9)) 0"
}

@test "opposite directions, a circle, an account to itself: all are decided" {
    local a=$((1 + RANDOM % 20))

    run_exercise 3 100,100 "0-1:$a" "1-0:$a" "1-0:$a" "0-1:$((a + 5))"
    expect_outcomes "$(times 4 "done")
balances: 95 105"
    run_exercise 3 100,100,100 "0-1:$a" 1-2:20 2-0:30
    expect_outcomes "$(times 3 "done")
balances: $((130 - a)) $((80 + a)) 90"
    run_exercise 3 100,100 "1-1:$a" 0-0:101 "0-1:$a" "0-0:$((50 - a))"
    expect_outcomes "$(times 3 "done")
refused: too little
balances: $((100 - a)) $((100 + a))"
    expect_status 0
}

@test "a transfer that is refused lets the next one go" {
    local a=$((1 + RANDOM % 20))

    run_exercise 3 50,50 0-1:200 "0-1:$a" 1-0:200 "1-0:$a" "0-1:$a"
    expect_outcomes "$(times 2 "refused: too little")
$(times 3 "done")
balances: $((50 - a)) $((50 + a))"
    run_exercise 3 50,50 0-7:1 5-0:1 1-7:1 6-6:1 "0-1:$a"
    expect_outcomes "$(times 4 "refused: no such account")
done
balances: $((50 - a)) $((50 + a))"
    expect_nothing_left
}

@test "who shares no account does not wait" {
    local last=$((6 + RANDOM % 3)) at

    # shellcheck disable=SC2046 # words
    run_exercise 10 100,0,50,0 $(times "$last" 0-1:5) 2-3:30
    at=$(grep -n "^$last: done" <<<"$output" | cut -d: -f1)
    ((${at:-99} <= 3)) ||
        wrong "$last: done, among the first three lines: it has accounts 2 and 3 to itself" "$output"
    expect_status 0
}
