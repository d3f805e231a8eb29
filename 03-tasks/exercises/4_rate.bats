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

# begins_by WHICH TIME WORDS: the call that begins as the …th does so at that time, in
# hundredths of a window, or at most 15 ms later.
begins_by() {
    local us=${begun[$1 - 1]-0}

    ((us <= $2 * 10 * window + 15000)) || off "$3" "not before $((us / 1000)) ms"
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

many_at_once() {
    # shellcheck disable=SC2046 # numbers
    run_calls 20 0 $(yes 20 | head -n 43)
    expect_output "$(calls {1..44})"
    never_more_than 20
    begins_by 20 20 "calls 2 to 20 begin when they ask: that is 20 in $window ms"
    begins_by 21 100 "call 21 begins after $window ms"
    begins_by 40 120 "calls 22 to 40 begin after $((120 * patience)) ms"
}

@test "in their order, never more than N calls in any window" {
    n=$((2 + RANDOM % 2))
    in_time at_once
    in_time after_a_pause
    in_time many_at_once
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
    begins_by 3 170 "call 3 begins when it asks: call 1 is $window ms ago"
}

nearly_over() {
    run_calls 1 0 93
    expect_output "$(calls 1 2)"
    never_more_than 1
    begins_by 2 100 "call 2 begins after $window ms: $((7 * patience)) ms after it has asked"
}

@test "a window begins anywhere" {
    local second=$((140 + RANDOM % 10))

    in_time across_the_border
    in_time later
    in_time nearly_over
}

soon() {
    run_calls 4 0 0 0 0 0 220 220 220
    expect_output "$(calls {1..8})"
    begins_by 4 0 "calls 1 to 4 begin at once: that is 4 in $window ms"
    begins_by 5 100 "call 5 begins after $window ms"
    begins_by 8 220 "calls 6 to 8 begin at $((220 * patience)) ms, when they ask"
}

most_of_all() {
    # shellcheck disable=SC2046 # numbers
    run_calls 64 $(yes 0 | head -n 64)
    expect_output "$(calls {1..64})"
    begins_by 64 0 "all 64 calls begin at once: that is 64 in $window ms"
}

@test "no call waits longer than needed, and the program sleeps meanwhile" {
    in_time soon
    in_time most_of_all
    # 50 minutes are more µs than an int holds.
    run_exercise 1 3000000 0 0/600
    expect_output "$(calls 1; gave_up 2)"
    expect_idle
    ((switches <= 10)) ||
        wrong "it sleeps until call 2 may begin, or gives up" "it woke $switches times in $could ms"
}

head_gives_up() {
    run_calls 1 0 0/85 0
    expect_output "$(calls 1; gave_up 2; calls 3)"
    never_more_than 1
    begins_by 2 100 "call 3 begins after $window ms, as if call 2 had never been there"
}

both_give_up() {
    run_calls 1 0 0/60 0/30 0
    expect_output "$(calls 1; gave_up 3 2; calls 4)"
    begins_by 2 100 "call 4 begins after $window ms, as if 2 and 3 had never been there"
}

between_two() {
    run_calls 2 0 60 60/20 60
    expect_output "$(calls 1 2; gave_up 3; calls 4)"
    never_more_than 2
    begins_by 3 100 "call 4 begins $window ms after call 1, as if call 3 had never been there"
}

many_give_up() {
    run_calls 3 0 0 0 0 0/{20,20,20,20,20,20} 0 0 0 0 0 0 0 0
    expect_output "$(calls {1..3}; gave_up {5..10}; calls 4 {11..18})"
    never_more_than 3
}

@test "a call that gives up takes no place, and makes no other wait" {
    in_time head_gives_up
    in_time both_give_up
    in_time between_two
    in_time many_give_up
    expect_status 0
    expect_nothing_left
}
