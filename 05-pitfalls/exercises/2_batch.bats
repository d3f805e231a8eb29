#!/usr/bin/env bats
# Unsolved fails: a job that fails lets all others finish, and is reported
load ../../scripts/checking/exercise_helper

# outcomes JOB…: what is to come of them.
outcomes() {
    local i=0 done=0 job

    for job in "$@"; do
        if [[ $job == 0* ]]; then
            echo "$i: failed: it takes no time"
        elif [[ $job == *:* ]]; then
            echo "$i: failed: ${job#*:}"
        else
            echo "$i: $((job * job))"
            done=$((done + 1))
        fi
        i=$((i + 1))
    done
    echo "$done of $i done"
}

# batch SLOTS STATUS JOB…
batch() {
    local slots=$1 expected=$2

    shift 2
    run_exercise "$slots" "$@"
    expect_output "$(outcomes "$@")"
    expect_status "$expected"
}

# expect_at_once N WHY
expect_at_once() {
    local most=${stderr%% at once at most*}

    most=${most##*2_batch: }
    [[ $most == "$1" ]] || wrong "$1 jobs at once, and never more: $2" "$most jobs at once"
}

@test "if none fails: all results, in the order of the jobs" {
    batch 3 0 $((80 + RANDOM % 30)) $((40 + RANDOM % 30)) $((10 + RANDOM % 20))
    batch 1 0 30 $((10 + RANDOM % 20))
    batch 9 0 $((10 + RANDOM % 20))
}

@test "a job that fails lets all others finish, and is reported" {
    local a=$((10 + RANDOM % 20))

    batch 3 1 "$((70 + a))" "$a:burnt" "$((30 + a))"
    batch 1 1 "$a:its disk number $RANDOM is full, and so are all the others that were asked for room" \
        "$((a + 1)):x" "$((a + 7))" 10
    batch 2 1 "$((a + 1))" "$a:no, $RANDOM times"
}

@test "a job that cannot even begin holds up no other" {
    local a=$((10 + RANDOM % 20))

    batch 1 1 "$a" 0:x 0:x $((a + 9))
    batch 2 1 0 0:x 0:x "$((a + 3)):burnt" "$a" 0
    batch 1 1 0:x 0 0:x
}

@test "as many at once as there are slots, whatever fails" {
    local slots=$((17 + RANDOM % 8)) before

    # shellcheck disable=SC2046 # words
    batch "$slots" 1 0:x 20:x 0 $(seq 20 50)
    expect_at_once "$slots" "there are so many slots"
    batch 4 1 0:x 0:x 0 20 20
    expect_at_once 2 "there are no more that can begin"
    batch 2 1 400 20 20:x 20 0 20 20 20
    expect_at_once 2 "there are so many slots"
    before=${stderr#*over: } before=${before%%400*}
    (($(wc -w <<<"$before") >= 3)) ||
        wrong "3 short jobs at least are over before the long one, in the other slot" \
            "over, in this order: ${stderr#*over: }"
}

@test "nothing is left" {
    run_exercise 2 20 10:burnt 0:x 20:x 15
    expect_nothing_left
}
