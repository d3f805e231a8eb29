#!/usr/bin/env bats
# Unsolved fails: the heart beats, and others are served, while the library works
load ../../scripts/checking/exercise_helper

# served [-t SECONDS] PATIENCE N…: runs it; what it has left running is ended.
served() {
    run_exercise "$@"
    [[ $stderr != *"left behind"* ]] || end_group
    ((status != 3)) || wrong "the service goes on" "exit 3: the library ended its process, and that was ours"
    [[ $stderr != *"no request waits"* ]] ||
        wrong "a call is ended when its request gives up" "it goes on 150 ms later, and no request waits for it"
    expect_beats $((250 * patience)) # to begin 32 processes takes the loop a while
}

# expect_beats MOST: never so many ms without a beat.
expect_beats() {
    local gap

    gap=$(sed -n 's/^longest gap: \([0-9]*\) ms$/\1/p' "$run.err" | tail -n 1)
    ((${gap:-0} < $1)) ||
        wrong "a beat every 10 ms, or a little later" "no beat for $gap ms: the loop was blocked"
}

# expect_patience MS: those that gave up did so after that time, or soon after.
expect_patience() {
    local from=0 to=0

    read -r from to < <(sed -n 's/^gave up: after \([0-9]*\) to \([0-9]*\) ms$/\1 \2/p' "$run.err" | tail -n 1)
    ((from >= $1 - 2 && to < $1 + 90 * patience)) ||
        wrong "a request gives up $1 ms after it came, or a little later" "the first after $from ms, the last after $to"
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

# expect_last N WHY: its line is the last one.
expect_last() {
    [[ ${lines[-1]} == "$1: "* ]] || wrong "$1 ends last: $2" "${lines[-1]} is last"
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
    served -t 4 6000 "${requests[@]}"
    expect_lines "$(for ((i = 0; i < 32; i++)); do echo "$i: $(answer "${requests[i]%@*}")"; done)"
    expect_status 0
}

@test "the heart beats, and others are served, while the library works" {
    local a=$((1500 + RANDOM % 50)) requests i

    requests=(5 "$a")
    for ((i = 2; i < 32; i++)); do
        requests+=($((1 + (a + i) % 4))@$((10 * i)))
    done
    served -t 3 $((2500 * patience)) "${requests[@]}" # 31 are served in 700 ms
    expect_beats 90
    expect_last 1 "there are two calls at once, at least, and it takes the longest"
    expect_lines "$(for ((i = 0; i < 32; i++)); do echo "$i: $(answer "${requests[i]%@*}")"; done)"
}

@test "a call that ends its process fails, and no other does" {
    local a=$((40 + RANDOM % 30)) zeros=() i

    for ((i = 6; i < 32; i++)); do
        zeros+=("0@$((150 + i))")
    done
    served -t 3 $((2900 * patience)) "$a" 0 20@30 0@60 0@90 "$a@250" "${zeros[@]}"
    expect_lines "0: $(answer "$a")
1: failed
2: 401
3: failed
4: failed
5: $(answer "$a")
$(for i in {6..31}; do echo "$i: failed"; done)"
    expect_status 0
}

@test "a request that has waited too long gives up, and costs no worker" {
    local wait=$((350 * patience)) a=$((20 + RANDOM % 20)) hangs i

    read -ra hangs <<<"$(printf '60000 %.0s' {1..30})"
    then="the calls of 30 requests hang; when these have given up, two more come"
    expecting="a request gives up $wait ms after it came, even one that waits for a worker"
    served "$wait" "${hangs[@]}" "5@$((wait + 100))" "$a@$((wait + 120))"
    expect_patience "$wait"
    expect_lines "$(for i in {0..29}; do echo "$i: gave up"; done)
30: 26
31: $(answer "$a")"
}

@test "no memory and no process is left, and no call holds an epoll descriptor" {
    local wait=$((200 * patience))

    served "$wait" 1 $((wait + 30)) 60000@20 5@20 0@20 60000@20 $((wait + 100))@20 \
        "3@$((wait + 120))"
    expect_beats 90
    expect_patience "$wait"
    [[ $stderr != *"left behind"* ]] ||
        wrong "all processes that were begun are ended and waited for" "one is left behind, asleep or a zombie"
    [[ $stderr != *"holds an epoll descriptor"* ]] ||
        wrong "a call's process holds no epoll descriptor" \
            "it holds the loop's: the fork came after the event base, and copied it"
    expect_nothing_left
}
