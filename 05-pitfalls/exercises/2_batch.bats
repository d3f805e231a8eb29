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
    local most

    most=$(sed -n 's/^2_batch: \([0-9]*\) at once at most$/\1/p' "$run.err" | tail -n 1)
    [[ $most == "$1" ]] || wrong "$1 jobs at once, and never more: $2" "${most:-0} jobs at once"
}

# expect_over MS… WHY: that these jobs have ended, each once: the last one last, the others
# in whatever order.
expect_over() {
    local over jobs=("${@:1:$#-1}") last

    mapfile -t over < <(sed -n 's/^2_batch: over: //p' "$run.err")
    last=${over[-1]-}
    mapfile -t over < <(printf '%s\n' "${over[@]:0:${#over[@]}-1}" | sort -n)
    [[ "${over[*]} $last" == "${jobs[*]}" ]] ||
        wrong "over: ${jobs[*]}: ${*: -1}" "over: ${over[*]}, last $last"
}

@test "if none fails: all results, in the order of the jobs" {
    batch 3 0 $((80 + RANDOM % 30)) $((40 + RANDOM % 30)) $((10 + RANDOM % 20))
    batch 1 0 30 $((10 + RANDOM % 20))
    batch 9 0 $((10 + RANDOM % 20))
    # The first two are over long since.
    start_exercise -w 'over: 70' 4 10 30 60000 70
    stderr=$(<"$run.err")
    [[ ! -s $run.out ]] || wrong "no outcome before all jobs have ended" "$(<"$run.out")"
}

@test "a job that fails lets all others finish, and is reported" {
    local a=$((10 + RANDOM % 20))

    batch 3 1 "$((70 + a))" "$a:burnt" "$((30 + a))"
    batch 1 1 "$a:its disk number $RANDOM is 100% full, %s%d%n $(printf '%04000d' "$a")" \
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
    local slots=$((33 + RANDOM % 8))

    # shellcheck disable=SC2046 # words
    batch "$slots" 1 0:x 20:x 0 $(seq 20 80)
    expect_at_once "$slots" "there are so many slots"
    batch 4 1 0:x 0:x 0 20 20
    expect_at_once 2 "there are no more that can begin"
    # Who looks for a free slot every 30 or 50 ms is too late for the long one to be last.
    batch 2 1 280 31 32:x 33 0 34 35 36
    expect_at_once 2 "there are so many slots"
    expect_over 31 32 33 34 35 36 280 "each once, and the short ones all in the slot that the long one does not need"
    expect_idle 14
}

@test "nothing is left" {
    run_exercise 2 20 10:burnt 0:x 20:x 15
    expect_nothing_left
}
