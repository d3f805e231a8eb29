#!/usr/bin/env bats
# Unsolved fails: ten ticks with work in them take ten periods
load ../../scripts/checking/exercise_helper

# The scene says itself which tick is early or late, beyond what a clock explains.

# run_steadily OUTPUT ARGUMENT…: runs it, and once more if the output is another:
# other work on this machine can take a whole tick's time. With told="WORDS" what was
# done is told by this check, since each run differs.
run_steadily() {
    local try

    for ((try = 0; try <= patience; try++)); do
        then=${told-}
        run_exercise "${@:2}"
        [[ $output != "$1" ]] || break
    done
    expect_output "$1"
    expect_status 0
}

@test "ten ticks with work in them take ten periods" {
    local period=$((41 + RANDOM % 10))

    run_steadily "$(seq -f 'tick %g' 10)" "$period" $((period * 2 / 3)) 10
}

@test "no tick comes twice, or before it is due" {
    # The period is odd, so that the timer often comes before now_ms() says so.
    told="its clock moves in steps of 4 ms"
    run_steadily "$(seq -f 'tick %g' 12)" 31 0 12
    told=''
    run_steadily "tick 1" -t 4 2100 0 1
    expect_idle $((could / 3 + 40)) # the traffic wakes it every 3 ms
}

@test "many ticks do not drift, and each is counted or missed" {
    local last=0 line

    then="each tick is compared with its time"
    run_exercise 7 0 100
    for line in "${lines[@]}"; do
        [[ $line =~ ^tick\ ([0-9]+)(\ \(missed ([0-9]+)\))?$ ]] ||
            wrong "every tick in its time" "$line"
        ((BASH_REMATCH[1] == last + BASH_REMATCH[3] + 1)) ||
            wrong "after tick $last tick $((last + 1)), or some missed" "$line"
        last=${BASH_REMATCH[1]}
    done
}

@test "ticks that are missed are skipped and counted" {
    local period=$((40 + RANDOM % 10)) missed=$((1 + RANDOM % 3)) work

    work=$((period * missed + period / 2))
    run_steadily "tick 1
tick $((2 + missed)) (missed $missed)
tick $((3 + 2 * missed)) (missed $missed)" "$period" "$work" $((2 + 2 * missed))
    run_steadily "tick 1
tick $((2 + missed)) (missed $missed)
tick $((3 + missed))
tick $((4 + missed))" "$period" "$work,0,0,0" $((4 + missed))
    run_steadily "$(seq -f 'tick %g' 4)" 60 50 4
    run_steadily "tick 1
tick 3 (missed 1)
tick 5 (missed 1)" 60 70 4
}

@test "nothing is left" {
    run_exercise 5 0 3
    run_exercise 5 12 6
    expect_nothing_left
}
