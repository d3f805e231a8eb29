#!/usr/bin/env bats
# Unsolved fails: the parts are booked one by one
load ../../scripts/checking/exercise_helper

# booked NAME…, given_back NAME…: what is printed for them.
booked() {
    printf '%s booked\n' "$@"
}

given_back() {
    for name in "$@"; do
        printf '%s: calling\n%s given back\n' "$name" "$name"
    done
}

@test "the parts are booked one by one" {
    local parts=(flight "hotel$RANDOM" {a..k} "car$RANDOM" bike boat)

    run_exercise "${parts[@]}"
    expect_output "$(booked "${parts[@]}")
the trip: booked"
    expect_status 0
    run_exercise "${parts[1]}"
    expect_output "$(booked "${parts[1]}")
the trip: booked"
    expect_nothing_left
}

@test "if one cannot be had, the others are given back, the last first" {
    local parts=(flight "hotel$RANDOM" {a..k} car) hotel=hotel$RANDOM

    run_exercise "${parts[@]}" ship:full bike
    # shellcheck disable=SC2046 # names
    expect_output "$(booked "${parts[@]}")
$(given_back $(printf '%s\n' "${parts[@]}" | tac))
the trip: all full"
    run_exercise flight:full "$hotel"
    expect_output "the trip: all full"
    expect_status 1
    expect_nothing_left
}

@test "out of time: what is booked is given back, and then the trip ends" {
    local car=car$RANDOM booked parts

    run_exercise -d $((300 * patience)) flight "$car" hotel:slow bike
    expect_output "$(booked flight "$car")
$(given_back "$car" flight)
the trip: timed out"
    expect_idle
    run_exercise -d $((20 * patience)) "$car:slow" flight
    expect_output "the trip: timed out"
    expect_nothing_left
    # However slow the machine: in 80 ms there is no time for more than 8.
    run_exercise -d 80 {a..p}
    booked=$(grep -c ' booked$' <<<"$output") || true
    ((booked <= 8)) ||
        wrong "8 parts booked at most, since each takes 10 ms" "$output"
    parts=({a..p})
    parts=("${parts[@]:0:booked}")
    # shellcheck disable=SC2046 # names
    expect_output "${parts:+$(booked "${parts[@]}")
$(given_back $(printf '%s\n' "${parts[@]}" | tac))
}the trip: timed out"
}

@test "a part that cannot be given back does not keep the others" {
    local hotel=hotel$RANDOM

    run_exercise flight "$hotel:lost" car:lost ship bike:full
    expect_output "$(booked flight "$hotel" car ship)
$(given_back ship)
car: calling
$hotel: calling
$(given_back flight)
the trip: all full"
    run_exercise -d $((150 * patience)) flight "$hotel:lost" ship:slow
    expect_output "$(booked flight "$hotel")
$hotel: calling
$(given_back flight)
the trip: timed out"
    expect_nothing_left
}

@test "time that runs out while they are given back changes nothing" {
    local car=car$RANDOM deadline=$((patience < 7 ? 150 + 50 * patience : 500))

    expecting="$car and flight are given back all the same, then the trip ends"
    run_exercise -d "$deadline" flight "$car:far" hotel:full
    [[ $output == *"$car given back"*"flight given back"*$'\n'"the trip: "* ]] ||
        wrong "$expecting" "$output"
    [[ ${lines[-1]} == "the trip: all full" ]] ||
        wrong "at last: the trip: all full (the first error stays the trip's)" "$output"
    # Not $took: on a busy machine all lasts longer, a trip cut short, too.
    ((${could:=$took} >= 600)) ||
        wrong "$car is given back by an errand, to whose end the trip waits: 600 ms" \
            "all ended after $could ms"
    expect_idle
    expect_nothing_left
}
