#!/usr/bin/env bats
# Unsolved fails: step 1: a dead one is not lent
load ../../scripts/checking/exercise_helper

all=ABCDEFGHIJKLMNOPQRSTUVWXYZ

# expect_lines TEXT: without the counts, which may differ between right answers here.
expect_lines() {
    output=$(grep -v ' now, ' <<<"$output")
    expect_output "$1"
}

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
    expect_nothing_left
}

@test "step 2: one that was idle for more than a minute is not lent" {
    local before=$((RANDOM % 60000)) after=$((60001 + RANDOM * 100))

    run_exercise 1 take:A give:A sleep:60000 take:B count give:B "sleep:$before" take:C count give:C \
        sleep:60001 take:D count give:D "sleep:$after" take:E count give:E sleep:2700000000 take:F count
    expect_output "A has a good one
B has a good one
1 now, 1 ever
C has a good one
1 now, 1 ever
D has a good one
1 now, 2 ever
E has a good one
1 now, 3 ever
F has a good one
1 now, 4 ever"
    # Used for long, and after a month.
    run_exercise 1 sleep:2700000000 take:A "sleep:$after" give:A sleep:60000 take:B count
    expect_output "A has a good one
B has a good one
1 now, 1 ever"
    expect_nothing_left
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
    # No borrower waits: no other is opened. Even if it is dead, too.
    run_exercise 2 take:A dirty:A give:A count take:B dirty:B kill:B give:B count
    expect_output "A has a good one
0 now, 1 ever
B has a good one
0 now, 2 ever"
    run_exercise 1 take:A take:B dirty:A slow give:A count gone count answer count
    expect_output "A has a good one
1 now, 1 ever, B waits
1 now, 2 ever, B waits
B has a good one
1 now, 2 ever"
    # While another is opened.
    run_exercise 2 take:A dirty:A slow take:B take:C take:D give:A count gone answer answer count
    expect_output "A has a good one
2 now, 2 ever, B waits, C waits, D waits
B has a good one
C has a good one
2 now, 3 ever, D waits"
    expect_nothing_left
}

@test "step 4: a borrower that gets none, or gives up, leaves its place to the next" {
    local steps=() passes

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
    # Only the first of those that wait.
    run_exercise 1 take:ABC dirty:A refuse:1 give:A take:DE dirty:C exhaust:1 give:C
    expect_output "A has a good one
B has none: refused
C has a good one
D has none: out of memory
E has a good one"
    # It gives up in the queue, and while a connection is opened or closed.
    run_exercise 1 take:A take:B take:C cancel:B give:A dirty:C slow give:C take:D gone cancel:D \
        gone count take:E take:F answer kill:E give:E cancel:F gone count take:G answer
    expect_lines "A has a good one
B is cancelled
C has a good one
D is cancelled
E has a good one
F is cancelled
G has a good one"
    run_exercise 1 take:A kill:A slow give:A take:B cancel:B gone take:C answer count
    expect_output "A has a good one
B is cancelled
C has a good one
1 now, 2 ever"
    # In the same breath as it gets one, or a little later.
    for passes in 0 1 2 3 4 5; do
        steps+=(take:ABC "pass:$passes" give:A cancel:B pass give:C)
    done
    run_exercise 1 "${steps[@]}"
    output=$(grep -v '^B has' <<<"$output")
    expect_output "$(for passes in 0 1 2 3 4 5; do
        printf '%s\n' "A has a good one" "B is cancelled" "C has a good one"
    done)"
    steps=(slow)
    for passes in 0 1 2; do
        steps+=(take:AB "pass:$passes" answer cancel:A pass gone answer dirty:B give:B gone)
    done
    run_exercise 1 "${steps[@]}"
    output=$(grep -v '^A has' <<<"$output")
    expect_output "$(for passes in 0 1 2; do
        printf '%s\n' "A is cancelled" "B has a good one"
    done)"
    expect_nothing_left
}

@test "step 5: as many as are wanted, at once, never more than there may be, in order" {
    local n=$((1 + RANDOM % 3)) steps=() who i

    for ((i = 0; i < 26; i++)); do
        who=${all:i:1}
        ((RANDOM % 3 > 0)) || steps+=("kill:$who")
        steps+=("give:$who")
    done
    run_exercise "$n" "take:$all" "${steps[@]}"
    expect_output "$(each "$all" '%s has a good one\n')"
    run_exercise 16 slow "take:${all:0:16}" count answer{,,,}{,,,} "give:${all:0:16}" "take:${all:0:16}" count
    expect_output "16 now, 16 ever$(each "${all:0:16}" ', %s waits')
$(each "${all:0:16}${all:0:16}" '%s has a good one\n')
16 now, 16 ever"
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
    # A good one comes back while another is opened for B: B or C gets it.
    run_exercise 2 take:A slow take:BCD give:A give:BC answer give:BC count
    output="$(grep -v '^B' <<<"$output")"$'\n'"$(grep '^B' <<<"$output")"
    expect_output "A has a good one
C has a good one
D has a good one
2 now, 2 ever
B has a good one"
    run_exercise 3 take:A slow take:B give:A give:B answer give:B take:CD count
    expect_output "A has a good one
B has a good one
C has a good one
D has a good one
2 now, 2 ever"
    # The same, and the connect fails; or B gives up.
    run_exercise 2 take:A slow take:BCD give:A fail give:BC answer count
    output=${output//$'\n'[BC] /$'\n'B or C }
    expect_output "A has a good one
B or C has a good one
B or C has none: refused
D has a good one
2 now, 3 ever"
    run_exercise 2 take:A slow take:BC give:A cancel:B gone answer take:D answer
    output=$(grep -v '^B has' <<<"$output")
    [[ $output == *"B is cancelled"* ]] || wrong "B is cancelled" "$output"
    output=$(grep -v '^B ' <<<"$output")
    expect_output "A has a good one
C has a good one
D has a good one"
    expect_nothing_left
}
