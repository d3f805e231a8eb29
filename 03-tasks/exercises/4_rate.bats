#!/usr/bin/env bats
# Unsolved fails: no more than N calls begin in any window
load ../../scripts/exercise_helper

window=$((100 * patience))

# run_calls N MS[/PATIENCE]…, in hundredths of a window. Sets begun: when each call
# began, in order, in hundredths of a window as well.
run_calls() {
    local call=() n=$1 number us

    shift
    for part; do
        call+=("$((${part%/*} * patience))")
        [[ $part != */* ]] || call[-1]+=/$((${part#*/} * patience))
    done
    run_exercise "$n" "$window" "${call[@]}"
    begun=()
    while read -r number us; do
        [[ ! $us =~ ^[0-9]+$ ]] || begun+=("$((us / 10 / window))")
    done <<<"$stderr"
}

# never_more_than N: in three quarters of a window, since the clocks are coarse.
never_more_than() {
    local i

    for ((i = $1; i < ${#begun[@]}; i++)); do
        ((begun[i] - begun[i - $1] >= 75)) ||
            wrong "no more than $1 calls in any $window ms" \
                "$(($1 + 1)) calls in $(((begun[i] - begun[i - $1]) * window / 100)) ms"
    done
}

calls() {
    printf 'call %d\n' "$@"
}

@test "no more than N calls begin in any window" {
    local n=$((2 + RANDOM % 2))

    run_calls "$n" 0 0 0 0 0 0 0
    expect_output "$(calls {1..7})"
    never_more_than "$n"
    # However long there was nothing to do before.
    run_calls 2 0 250 250 250 250
    expect_output "$(calls {1..5})"
    never_more_than 2
}

@test "a window begins anywhere" {
    run_calls 3 0 80 80 120 120 120
    expect_output "$(calls {1..6})"
    never_more_than 3
    run_calls 2 60 $((140 + RANDOM % 10)) 170 180
    never_more_than 2
}

@test "nobody waits longer than needed" {
    run_calls 4 0 0 0 0 0 220 220 220
    expect_output "$(calls {1..8})"
    ((begun[3] < 60)) ||
        wrong "calls 1 to 4 at once: that is 4 in $window ms" \
            "call 4 after $((begun[3] * window / 100)) ms"
    ((begun[4] < 170)) ||
        wrong "call 5 after $window ms" "after $((begun[4] * window / 100)) ms"
    ((begun[7] < 280)) ||
        wrong "calls 6 to 8 at $((220 * patience)) ms, when they ask" \
            "call 8 at $((begun[7] * window / 100)) ms"
}

@test "who gives up takes no place, and keeps nobody waiting" {
    run_calls 1 0 0/30 0
    expect_output "call 1
call 2 gave up
call 3"
    never_more_than 1
    ((begun[1] < 170)) ||
        wrong "call 3 after $window ms" "after $((begun[1] * window / 100)) ms"
    run_calls 1 0 0/60 0/30 0
    expect_output "call 1
call 3 gave up
call 2 gave up
call 4"
    ((begun[1] < 170)) ||
        wrong "call 4 after $window ms" "after $((begun[1] * window / 100)) ms"
    expect_status 0
    expect_nothing_left
}
