#!/usr/bin/env bats
# Unsolved fails: a question that nobody answers times out
load ../../scripts/checking/exercise_helper

# ask OUTPUT [-t SECONDS] ARGUMENT…: runs it; the loop must have ended by itself.
ask() {
    run_exercise "${@:2}"
    expect_output "$1"
    [[ $status != 1 ]] ||
        wrong "exit 0: the loop ends because nothing is pending any more" \
            "exit 1: the loop was stopped"
    expect_status 0
}

# many: sets $delays and $settled for 40 questions, of which every third is answered
# too late. All others are answered within 60 ms.
many() {
    local i

    delays=() settled=''
    for ((i = 0; i < 40; i++)); do
        if ((i % 3 == 1)); then
            delays+=(60000) settled+="$i: timeout"$'\n'
        else
            delays+=($((10 + RANDOM % 50))) settled+="$i: answer"$'\n'
        fi
    done
}

# expect_settled: the lines of $settled came, in whatever order.
expect_settled() {
    output=$(sort -n <<<"$output")
    expect_output "${settled%$'\n'}"
    expect_status 0
}

@test "an answer ends the wait, however far the deadline is" {
    ask "0: answer" $((20000 + RANDOM)) $((20 + RANDOM % 50))
    # The line must come while another question is still open.
    start_exercise -w "1: answer" 600000 600000 30
}

@test "a question that nobody answers times out" {
    ask "0: timeout" 0 60000
    # More than two seconds are more than a timeval takes as microseconds.
    ask "0: timeout" -t 4 $((2200 + RANDOM % 100)) 3000
    expect_idle 12
}

@test "each question has its own end, and the loop ends after the last" {
    ask "2: answer
0: answer
1: timeout" 1000 600 1500 50
    many
    run_exercise 900 "${delays[@]}" # a process answers: it may be late
    expect_settled
}

@test "an answer that came while the loop was blocked has come in time" {
    ask "0: answer" -b 350 200 50
    ask "0: timeout" -b 150 100 60000
    many
    run_exercise -b 300 200 "${delays[@]}"
    expect_settled
}

@test "nothing is left" {
    run_exercise 100 20 60000
    run_exercise 100 -1 20 60000
    stderr=''
    expect_output "0: not asked
1: answer
2: timeout"
    expect_nothing_left
}
