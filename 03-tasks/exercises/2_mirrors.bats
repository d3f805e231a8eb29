#!/usr/bin/env bats
# Unsolved fails: the first good answer wins
load ../../scripts/checking/exercise_helper

# all_closed LAST: each mirror that was asked has been closed, and then came LAST.
all_closed() {
    local asked closed

    [[ ${lines[-1]} == "$1" ]] || wrong "at last: $1" "$output"
    asked=$(grep -c ' asked$' <<<"$output")
    closed=$(grep -c ' closed$' <<<"$output")
    ((asked == closed)) || wrong "every mirror that was asked is closed before the race ends" "$output"
}

# all_asked COUNT: at once, before anything else.
all_asked() {
    [[ $(head -n "$1" <<<"$output" | sort -n) == "$(seq -f '%g asked' "$1")" ]] ||
        wrong "$(seq -f '%g asked' "$1")
… before any of them is waited for" "$output"
}

@test "the first good answer wins" {
    local answer=green$RANDOM mirrors=(60000:red 50000:blue 55000:grey 57000:pink)

    mirrors[1 + RANDOM % 2]=20:$answer # neither the first nor the last that is awaited
    run_exercise -d $((300 + 200 * patience)) "${mirrors[@]}"
    all_asked 4
    all_closed "the answer: $answer"
    expect_status 0
    # The first is closed at 60 ms. The third is about to fail then, so if the others
    # are not cancelled at once, the third is closed before them.
    run_exercise -d $((300 + 200 * patience)) 20:red 60000:pink 80/gone 50000:grey
    [[ $output != *$'1 closed\n3 closed'* ]] ||
        wrong "when the first has answered, and is closed, all others are cancelled at once" "$output"
    all_closed "the answer: red"
    run_exercise 20:red
    expect_output "1 asked
1 closed
the answer: red"
}

@test "a mirror that fails has not won, however fast it was" {
    local answer=green$RANDOM

    run_exercise 20/gone 700:red "200:$answer" 1/lost
    all_closed "the answer: $answer"
    [[ $output == *$'4 closed\n1 closed\n3 closed'* ]] ||
        wrong "4 fails and is closed, then 1; then 3 answers" "$output"
    expect_status 0
}

@test "if all fail, the race ends with the error of the last" {
    local error=lost$RANDOM mirrors=({1..14}/down 200/gone 100/closed)

    mirrors[1 + RANDOM % 13]=250/$error # neither the first nor the last number
    run_exercise "${mirrors[@]}"
    all_asked 16
    all_closed "no answer: $error"
    expect_status 1
    expect_nothing_left
}

@test "a race that is cancelled ends when all it has begun has ended" {
    local answer=red$RANDOM ms

    run_exercise -d $((200 + 100 * patience)) 60000:red "$((50000 + RANDOM)):green" 5/gone
    all_asked 3
    all_closed "no answer: timed out"
    expect_idle
    # One has answered, and is closing; or it has closed, and the loser is closing.
    for ms in $((50 * patience + 35)) $((50 * patience + 65)); do
        run_exercise -d "$ms" "$((50 * patience)):$answer" 60000:green
        all_closed "the answer: $answer"
    done
    # All have failed, and the last one is closing.
    run_exercise -d 80 "45/$answer" 20/gone
    all_closed "no answer: $answer"
    expect_nothing_left
}

@test "an answer that comes too late does not count, and is freed" {
    # Two more have their answer while the first is being closed.
    run_exercise 36:blue 20:red 35:green 60000:pink
    all_closed "the answer: red"
    run_exercise 10/gone 20:red 50000:green
    all_closed "the answer: red"
    expect_nothing_left
}
