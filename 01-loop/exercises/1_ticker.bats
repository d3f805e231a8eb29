#!/usr/bin/env bats
# Unsolved fails: ten ticks with work in them take ten periods
load ../../scripts/checking/exercise_helper

# Each line of stderr is a tick's number and when it came, in ms.

# run_steadily OUTPUT ARGUMENT…: runs it, and once more if the output is another:
# other work on this machine can take a whole tick's time.
run_steadily() {
    local try

    for ((try = 0; try <= patience; try++)); do
        run_exercise "${@:2}"
        [[ $output != "$1" ]] || break
    done
    expect_output "$1"
}

@test "ten ticks with work in them take ten periods" {
    local period=$((40 + RANDOM % 20)) last

    run_steadily "$(seq -f 'tick %g' 10)" "$period" $((period * 2 / 3)) 10
    last=${stderr##* }
    # Two thirds of a period are lost with each tick, if they are lost.
    ((last < period * 13)) ||
        wrong "tick 10 after about $((period * 10)) ms" "after $last ms"
}

@test "no tick comes before it is due" {
    local tick ms

    for work in 0 45; do
        run_exercise 60 "$work" 6
        while read -r tick ms; do
            # The loop's clock has steps of some milliseconds.
            ((ms >= tick * 60 - 12)) ||
                wrong "tick $tick not before $((tick * 60)) ms" "after $ms ms"
        done <<<"$stderr"
    done
}

@test "ticks that are missed are skipped and counted" {
    run_steadily "tick 1
tick 4 (missed 2)
tick 7 (missed 2)" 60 150 7
    run_steadily "tick 1
tick 3 (missed 1)
tick 5 (missed 1)" 60 90 5
}

@test "nothing is left" {
    run_exercise 5 0 3
    expect_nothing_left
}
