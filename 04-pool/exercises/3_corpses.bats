#!/usr/bin/env bats
# Unsolved fails: step 1: a dead one is not lent
load ../../scripts/checking/exercise_helper

@test "step 1: a dead one is not lent" {
    local dead

    run_exercise 1 take:A give:A kill:A count take:B count give:B take:C count
    expect_output "A has a good one
1 now, 1 ever
B has a good one
1 now, 2 ever
C has a good one
1 now, 2 ever"
    # Back from its borrower, with others waiting for it; and several of them.
    run_exercise 2 take:A take:B take:C kill:A kill:B give:B count give:A give:C take:D take:E count
    expect_output "A has a good one
B has a good one
C has a good one
2 now, 3 ever
D has a good one
E has a good one
2 now, 4 ever"
    # One is dead, the other is there, whichever is looked at first: no third one.
    for dead in A B; do
        run_exercise 3 take:A take:B give:A give:B "kill:$dead" take:C count
        [[ $output == *$'\nC has a good one\n'*" now, 2 ever" ]] ||
            wrong "C has a good one … 2 ever" "$output"
    done
}

@test "step 2: one that was idle for more than a minute is not lent" {
    local before=$((RANDOM % 60000)) after=$((60001 + RANDOM * 100))

    run_exercise 1 take:A give:A sleep:60000 take:B count give:B "sleep:$before" take:C count give:C \
        sleep:60001 take:D count give:D "sleep:$after" take:E count
    expect_output "A has a good one
B has a good one
1 now, 1 ever
C has a good one
1 now, 1 ever
D has a good one
1 now, 2 ever
E has a good one
1 now, 3 ever"
    # Used for long, and after a month.
    run_exercise 1 sleep:2700000000 take:A "sleep:$after" give:A sleep:60000 take:B count
    expect_output "A has a good one
B has a good one
1 now, 1 ever"
}

@test "step 3: one that comes back in a transaction is closed, and has its place until it is gone" {
    run_exercise 1 take:A dirty:A take:B take:C give:A count give:B count give:C take:D count
    expect_output "A has a good one
B has a good one
1 now, 2 ever, C waits
C has a good one
1 now, 2 ever
D has a good one
1 now, 2 ever"
    # Nobody waits: no other is opened.
    run_exercise 2 take:A dirty:A give:A count
    expect_output "A has a good one
0 now, 1 ever"
    run_exercise 1 take:A take:B dirty:A slow give:A count gone count answer count
    expect_output "A has a good one
1 now, 1 ever, B waits
1 now, 2 ever, B waits
B has a good one
1 now, 2 ever"
}

@test "step 4: a borrower that gets none, or gives up, leaves its place to the next" {
    run_exercise 1 slow take:A take:B take:C fail accept answer count give:B count
    expect_output "A has none: refused
B has a good one
1 now, 2 ever, C waits
C has a good one
1 now, 2 ever"
    run_exercise $((1 + RANDOM % 2)) refuse take:A take:B take:C accept take:D
    expect_output "A has none: refused
B has none: refused
C has none: refused
D has a good one"
    # It gives up in the queue, and while a connection is opened or closed.
    run_exercise 1 take:A take:B take:C cancel:B give:A count dirty:C slow give:C take:D gone cancel:D \
        count gone count take:E take:F answer count kill:E give:E cancel:F gone count
    expect_output "A has a good one
B is cancelled
C has a good one
1 now, 1 ever
1 now, 2 ever, D waits
D is cancelled
0 now, 2 ever
E has a good one
1 now, 3 ever, F waits
F is cancelled
0 now, 3 ever"
    run_exercise 1 take:A kill:A slow give:A take:B cancel:B gone take:C answer count
    expect_output "A has a good one
B is cancelled
C has a good one
1 now, 2 ever"
}

@test "step 5: as many as are wanted, at once, never more than there may be, in order" {
    local n=$((1 + RANDOM % 3)) steps=() expected=() who

    for who in A B C D E F G H; do
        steps+=("take:$who")
        expected+=("$who has a good one")
    done
    for who in A B C D E F G H; do
        ((RANDOM % 3 > 0)) || steps+=("kill:$who")
        steps+=("give:$who")
    done
    run_exercise "$n" "${steps[@]}"
    expect_output "$(printf '%s\n' "${expected[@]}")"
    run_exercise 3 slow take:A take:B count take:C take:D count answer answer answer count
    expect_output "2 now, 2 ever, A waits, B waits
3 now, 3 ever, A waits, B waits, C waits, D waits
A has a good one
B has a good one
C has a good one
3 now, 3 ever, D waits"
    run_exercise 2 take:A take:B slow take:C kill:A give:A count gone count take:D dirty:B give:B \
        count gone answer answer count
    expect_output "A has a good one
B has a good one
2 now, 2 ever, C waits
2 now, 3 ever, C waits
2 now, 3 ever, C waits, D waits
C has a good one
D has a good one
2 now, 4 ever"
    expect_nothing_left
}
