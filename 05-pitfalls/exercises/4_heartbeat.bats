#!/usr/bin/env bats
# Unsolved fails: the heart beats, and others are served, while the library works
load ../../scripts/checking/exercise_helper

# served [-t SECONDS] PATIENCE N…: runs it; what it has left running is ended.
served() {
    run_exercise "$@"
    [[ $stderr != *"left behind"* ]] || end_group
    ((status != 3)) || wrong "the service goes on" "exit 3: the library ended its process, and that was ours"
}

# expect_lines TEXT: in whatever order. Told is what differs, four lines of it.
expect_lines() {
    local expected came cut='5{s/.*/… and more/;q}'

    output=$(sort -n <<<"$output")
    expected=$(grep -vxFf <(echo "$output") <<<"$1" | sed "$cut") || true
    came=$(grep -vxFf <(echo "$1") <<<"$output" | sed "$cut") || true
    [[ $output == "$1" ]] || wrong "${expected:-each of them once:
$1}" "${came:-$output}"
}

# expect_before N M WHY: the line of request N comes before that of M.
expect_before() {
    local order

    order=$(sed -n "s/^\\($1\\|$2\\): .*/\\1/p" <<<"$output")
    [[ $order == "$1"$'\n'"$2" ]] || wrong "$1 ends before $2: $3" "$output"
}

# answer N: the library's.
answer() {
    echo $(($1 * $1 + 1))
}

@test "each request gets its answer, also if all come at once" {
    local a=$((10 + RANDOM % 30)) requests i

    requests=("$a" $((a + 7))@40 3 1@$((60 + a)) 20)
    for ((i = 5; i < 32; i++)); do
        requests+=($((1 + (a + i) % 4)))
    done
    served -t 8 6000 "${requests[@]}"
    expect_lines "$(for ((i = 0; i < 32; i++)); do echo "$i: $(answer "${requests[i]%@*}")"; done)"
    expect_status 0
}

@test "the heart beats, and others are served, while the library works" {
    local a=$((750 * patience + RANDOM % 50)) gap

    served -t 4 $((1350 * patience)) 5 "$a" 7 # of PATIENCE a little more than half
    gap=$(sed -n 's/^longest gap: \([0-9]*\) ms$/\1/p' <<<"$stderr" | tail -n 1)
    ((${gap:-0} < 250 * patience)) ||
        wrong "a beat every 10 ms, or a little later" "no beat for $gap ms: the loop was blocked"
    expect_before 2 1 "there are two calls at once, at least"
    expect_lines "0: 26
1: $(answer "$a")
2: 50"
}

@test "a call that ends its process fails, and no other does" {
    local a=$((40 + RANDOM % 30))

    served -t 3 2900 "$a" 0 20@30 0@60 0@90 "$a@150"
    expect_lines "0: $(answer "$a")
1: failed
2: 401
3: failed
4: failed
5: $(answer "$a")"
    expect_status 0
}

@test "who has waited too long gives up, and costs nobody a worker" {
    local wait=$((350 * patience)) a=$((20 + RANDOM % 20)) i hang

    hang=60000@$((wait + 120))
    served -t 4 "$wait" 60000 "5@$((wait + 100))" "$hang" "$hang" "$hang" "$hang" "$hang" \
        "$a@$((2 * wait + 220))"
    expect_before 0 1 "1 comes when 0 has waited for PATIENCE ms, and for 100 ms more"
    expect_lines "0: gave up
1: 26
$(for i in {2..6}; do echo "$i: gave up"; done)
7: $(answer "$a")"
}

@test "nothing is left: no memory, no process" {
    local wait=$((200 * patience))

    served -t 3 "$wait" 1 $((wait + 30)) 60000@20 5@20 0@20 60000@20 $((wait + 100))@20 \
        "3@$((wait + 120))"
    [[ $stderr != *"left behind"* ]] ||
        wrong "all processes that were begun are ended and waited for" "one is left behind, asleep or a zombie"
    expect_nothing_left
}
