#!/usr/bin/env bats
# Unsolved fails: transfers at once lose no money, and make none
load ../../scripts/checking/exercise_helper

# times N WORD: so many of it.
times() {
    for ((i = 0; i < $1; i++)); do
        echo "$2"
    done
}

# run_all [-t SECONDS] MS BALANCES ORDER…: runs it, and each transfer is decided.
run_all() {
    local words=$# expecting

    [[ $1 != -t ]] || words=$((words - 2))
    expecting="all $((words - 2)) transfers are decided"
    run_exercise "$@"
    (($(grep -c '^[0-9]*: ' <<<"$output") == words - 2)) || wrong "$expecting" "$output"
}

# expect_in_all TEXT: how many were done and refused, whichever; then the balances.
expect_in_all() {
    output=$(
        sed -n '/^balances/!s/^[0-9]*: //p' <<<"$output" | sort | uniq -c | sed 's/^ *//'
        sed -n '/^balances/p' <<<"$output"
    )
    expect_output "$1"
}

# expect_moved BALANCE,… ORDER…: the balances are those after all that are done.
expect_moved() {
    local balances order i=0 from to amount moved=''

    IFS=, read -ra balances <<<"$1"
    for order in "${@:2}"; do
        IFS=-: read -r from to amount <<<"$order"
        if [[ $'\n'$output == *$'\n'"$i: done"* ]]; then
            balances[from]=$((balances[from] - amount))
            balances[to]=$((balances[to] + amount))
            moved+=", $i"
        fi
        i=$((i + 1))
    done
    [[ ${lines[-1]} == "balances: ${balances[*]}" ]] ||
        wrong "the balances after the transfers that are done (${moved#, }), one after the other: ${balances[*]}" "$output"
}

# expect_early N LATEST WHY: it is done, as the LATESTth at the latest.
expect_early() {
    local at

    at=$(grep -n "^$1: done" <<<"$output" | cut -d: -f1)
    ((${at:-99} <= $2)) || wrong "$1: done, in one of the first $2 lines: $3" \
        "$(if [[ -n $at ]]; then echo "$1: done, in line $at"; else echo "$output"; fi)"
}

@test "a transfer alone is done, or refused" {
    local a=$((30 + RANDOM % 50))

    run_exercise 5 "100,7" "0-1:$a"
    expect_output "0: done
balances: $((100 - a)) $((7 + a))"
    run_exercise 5 "$a,7" "0-1:$((a + 1))"
    expect_output "0: refused: too little
balances: $a 7"
    run_exercise 5 9000000000,7 "0-1:$((3000000000 + a))"
    expect_output "0: done
balances: $((6000000000 - a)) $((3000000007 + a))"
    run_exercise 5 "$a,7" 0-5:1
    expect_output "0: refused: no such account
balances: $a 7"
}

@test "transfers at once lose no money, and make none" {
    local a=$((26 + RANDOM % 7)) b=$((11 + RANDOM % 9))

    # shellcheck disable=SC2046 # words
    run_all 3 100,0,0 $(times 6 "0-1:$a")
    expect_in_all "3 done
3 refused: too little
balances: $((100 - 3 * a)) $((3 * a)) 0"
    run_all 3 "$a,$((a + 1)),0,9" "0-2:$a" 3-2:9 "1-2:$a"
    expect_in_all "3 done
balances: 0 1 $((2 * a + 9)) 0"
    # The two have one account in common: one has its lock first, the other one last.
    run_all 3 0,100,0 "1-0:$a" "1-2:$b"
    expect_in_all "2 done
balances: $a $((100 - a - b)) $b"
    run_all 3 100,0,100 "0-1:$a" "2-1:$b"
    expect_in_all "2 done
balances: $((100 - a)) $((a + b)) $((100 - b))"
    # Refused, 2 has come between 0 and 1, and 3 between 1 and 0: never both.
    run_all 3 "$a,$a" "0-1:$a" "1-0:$a" 0-1:1 1-0:1
    (($(grep -c ': refused: too little$' <<<"$output") <= 1)) ||
        wrong "one is refused at most: one after the other, in whatever order, three find the money" "$output"
    expect_moved "$a,$a" "0-1:$a" "1-0:$a" 0-1:1 1-0:1
}

@test "opposite directions, a circle, an account to itself: all are decided" {
    local a=$((1 + RANDOM % 20))

    run_all 3 100,100 "0-1:$a" "1-0:$a" "1-0:$a" "0-1:$((a + 5))"
    expect_in_all "4 done
balances: 95 105"
    run_all 3 100,100,100 "0-1:$a" 1-2:20 2-0:30
    expect_in_all "3 done
balances: $((130 - a)) $((80 + a)) 90"
    run_all 3 100,100 "1-1:$a" 0-0:101 "0-1:$a" "0-0:$((50 - a))"
    expect_in_all "3 done
1 refused: too little
balances: $((100 - a)) $((100 + a))"
    expect_status 0
    expect_nothing_left
}

@test "a transfer that is refused lets the next one go" {
    local a=$((1 + RANDOM % 20))

    run_all 3 50,50 0-1:200 "0-1:$a" 1-0:200 "1-0:$a" "0-1:$a"
    expect_in_all "3 done
2 refused: too little
balances: $((50 - a)) $((50 + a))"
    run_all 3 50,50 0-7:1 5-0:1 1-7:1 6-6:1 "0-1:$a"
    expect_in_all "1 done
4 refused: no such account
balances: $((50 - a)) $((50 + a))"
    expect_nothing_left
}

@test "in long queues, too, no money is lost, and no other transfer waits" {
    local n=$((18 + RANDOM % 3))

    then="$n times 0-1:5 0-2:5, and 3-4:30"
    # shellcheck disable=SC2046 # words
    run_all -t 10 2 1000,0,0,50,0 $(times "$n" "0-1:5 0-2:5") 3-4:30
    expect_early $((2 * n)) 3 "it has accounts 3 and 4 to itself"
    expect_in_all "$((2 * n + 1)) done
balances: $((1000 - 10 * n)) $((5 * n)) $((5 * n)) 20 30"
    run_all 4 9,9,9,9,9,9,9,0 0-7:1 1-7:2 2-7:3 3-7:4 4-7:5 5-7:6 6-7:7
    expect_in_all "7 done
balances: 8 7 6 5 4 3 2 28"
    # shellcheck disable=SC2046
    run_all 3 50,50,0,0 0-1:1 $(times 4 0-2:5) 1-3:7
    expect_early 5 4 "1 and 3 are free as soon as 0 is done"
    expect_in_all "6 done
balances: 29 44 20 7"
    then="64 transfers in two queues, in which the last one waits for more than a second"
    # shellcheck disable=SC2046
    run_all -t 8 20 90,0,90 $(times 4 "0-1:$n 2-0:5") $(times 56 7-6:1)
    expect_in_all "8 done
56 refused: no such account
balances: $((110 - 4 * n)) $((4 * n)) 70"
    ((used < could / 5)) ||
        wrong "those that wait use no processor" "the program used it for $used ms of $could"
}
