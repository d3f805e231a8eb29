#!/usr/bin/env bats
# Unsolved fails: in their order, never more than N calls in any window
load ../../scripts/checking/exercise_helper

window=$((100 * patience))

# run_calls N MS[/PATIENCE]…, in hundredths of a window. Sets begun: when each call
# began, in order, in µs.
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
        [[ ! $us =~ ^[0-9]+$ ]] || begun+=("$us")
    done <<<"$stderr"
}

# in_time CHECK…: calls it, up to three times (two, with patience), until it finds
# nothing off. Other work on the machine may keep a call waiting, or the clock's
# reading, but rarely.
in_time() {
    local try tries=$((patience > 1 ? 2 : 3))

    for ((try = 0; try < tries; try++)); do
        expected='' came=''
        "$@"
        [[ -n $expected ]] || return 0
    done
    wrong "$expected" "$came; and so each of $tries times, so it is hardly other work's fault"
}

# off EXPECTED CAME: what the check has found first.
off() {
    [[ -n $expected ]] || expected=$1 came=$2
}

# never_more_than N: but for 3 % of a window, since a call reads the clock a little
# after it has its pass.
never_more_than() {
    local i us

    for ((i = $1; i < ${#begun[@]}; i++)); do
        us=$((begun[i] - begun[i - $1]))
        ((us >= 970 * window)) ||
            off "no more than $1 calls in any $window ms" "$(($1 + 1)) calls in $((us / 1000)) ms"
    done
}

# begins_by WHICH TIME WORDS: the call that begins as the …th does so before that
# time, in hundredths of a window.
begins_by() {
    local us=${begun[$1 - 1]-0}

    ((us <= $2 * 10 * window)) || off "$3" "not before $((us / 1000)) ms"
}

calls() {
    printf 'call %d\n' "$@"
}

gave_up() {
    printf 'call %d gave up\n' "$@"
}

at_once() {
    run_calls "$n" 0 0 0 0 0 0 0
    expect_output "$(calls {1..7})"
    never_more_than "$n"
}

after_a_pause() {
    run_calls 2 0 150 150 150 150
    expect_output "$(calls {1..5})"
    never_more_than 2
}

@test "in their order, never more than N calls in any window" {
    n=$((2 + RANDOM % 2))
    in_time at_once
    in_time after_a_pause
}

across_the_border() {
    run_calls 3 0 80 80 120 120 120
    expect_output "$(calls {1..6})"
    never_more_than 3
}

later() {
    run_calls 2 60 "$second" 170 180
    expect_output "$(calls {1..4})"
    never_more_than 2
}

@test "a window begins anywhere" {
    local second=$((140 + RANDOM % 10))

    in_time across_the_border
    in_time later
}

soon() {
    run_calls 4 0 0 0 0 0 220 220 220
    expect_output "$(calls {1..8})"
    begins_by 4 40 "calls 1 to 4 begin at once: that is 4 in $window ms"
    begins_by 5 140 "call 5 begins after $window ms"
    begins_by 8 260 "calls 6 to 8 begin at $((220 * patience)) ms, when they ask"
}

@test "nobody waits longer than needed, nor keeps the processor busy meanwhile" {
    in_time soon
    run_exercise 1 5000 0 0/600
    expect_output "$(calls 1; gave_up 2)"
    expect_idle
}

head_gives_up() {
    run_calls 1 0 0/85 0
    expect_output "$(calls 1; gave_up 2; calls 3)"
    never_more_than 1
    begins_by 2 140 "call 3 begins after $window ms, as if call 2 had never been there"
}

both_give_up() {
    run_calls 1 0 0/60 0/30 0
    expect_output "$(calls 1; gave_up 3 2; calls 4)"
    begins_by 2 140 "call 4 begins after $window ms, as if 2 and 3 had never been there"
}

many_give_up() {
    run_calls 3 0 0 0 0 0/{20,20,20,20,20,20} 0 0 0 0 0 0 0 0
    expect_output "$(calls {1..3}; gave_up {5..10}; calls 4 {11..18})"
    never_more_than 3
}

@test "who gives up takes no place, and keeps nobody waiting" {
    in_time head_gives_up
    in_time both_give_up
    in_time many_give_up
    expect_status 0
    expect_nothing_left
}
