#!/usr/bin/env bats
# Unsolved fails: the heart beats while the library works
load ../../scripts/exercise_helper

# expect_lines TEXT: in whatever order.
expect_lines() {
    output=$(sort <<<"$output")
    expect_output "$1"
}

# answer N: the library's.
answer() {
    echo $(($1 * $1 + 1))
}

@test "each request gets its answer" {
    local a=$((10 + RANDOM % 30))

    run_exercise 1900 "$a" $((a + 7))@40 3 1@$((60 + a)) 20
    expect_lines "0: $(answer "$a")
1: $(answer $((a + 7)))
2: 10
3: 2
4: 401"
    expect_status 0
}

@test "the heart beats while the library works" {
    local a=$((900 + RANDOM % 50)) gap

    run_exercise -t 4 30000 5 "$a" 7
    gap=$(sed -n 's/^longest gap: \([0-9]*\) ms$/\1/p' <<<"$stderr" | tail -n 1)
    ((${gap:-0} < 250 * patience)) ||
        wrong "a beat every 10 ms, or a little later" "no beat for $gap ms: the loop was blocked"
    expect_lines "0: 26
1: $(answer "$a")
2: 50"
}

@test "a call that ends its process fails, and no other does" {
    local a=$((40 + RANDOM % 30))

    run_exercise -t 3 2900 "$a" 0 20@30 0@60 0@90 "$a@150"
    expect_lines "0: $(answer "$a")
1: failed
2: 401
3: failed
4: failed
5: $(answer "$a")"
    expect_status 0
}

@test "who has waited too long gives up, and costs nobody a worker" {
    local wait=$((250 * patience)) a=$((20 + RANDOM % 20))

    run_exercise -t 3 "$wait" 60000 60000 60000 60000 60000 \
        "$a@$((wait + 100))" "5@$((2 * wait + 60))"
    expect_lines "0: gave up
1: gave up
2: gave up
3: gave up
4: gave up
5: $(answer "$a")
6: 26"
}

@test "nothing is left" {
    local wait=$((200 * patience))

    run_exercise -t 3 "$wait" 1 $((wait + 30)) 60000@20 5@20 0@20 60000@20 $((wait + 100))@20 \
        "3@$((wait + 120))"
    expect_nothing_left
}
