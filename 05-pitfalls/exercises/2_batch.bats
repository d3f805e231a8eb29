#!/usr/bin/env bats
# Unsolved fails: a job that fails lets all others finish, and is told of
load ../../scripts/exercise_helper

# outcomes JOB…: what is to come of them.
outcomes() {
    local i=0 done=0 job

    for job in "$@"; do
        if [[ $job == 0* ]]; then
            echo "$i: failed: it takes no time"
        elif [[ $job == *! ]]; then
            echo "$i: failed: broken after ${job%!} ms"
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

@test "if none fails: all results, in the order of the jobs" {
    batch 3 0 $((80 + RANDOM % 30)) $((40 + RANDOM % 30)) $((10 + RANDOM % 20))
    batch 1 0 30 $((10 + RANDOM % 20))
    batch 9 0 $((10 + RANDOM % 20))
}

@test "a job that fails lets all others finish, and is told of" {
    local a=$((10 + RANDOM % 20))

    batch 3 1 "$((70 + a))" "$a!" "$((30 + a))"
    batch 1 1 "$a!" "$((a + 1))!" "$((a + 7))" 10
    batch 2 1 "$((a + 1))" "$a!"
}

@test "a job that cannot even begin holds up nobody" {
    local a=$((10 + RANDOM % 20))

    batch 1 1 "$a" 0! 0! $((a + 9))
    batch 2 1 0 0! 0! "$((a + 3))!" "$a" 0
    batch 1 1 0! 0! 0!
}

@test "as many at once as there are slots, whatever fails" {
    local slots=$((2 + RANDOM % 3))

    batch "$slots" 1 0! 20! 0! 30 30 15! 30 30 30 20
    [[ $stderr == *"$slots at once at most"* ]] ||
        wrong "$slots jobs at once at most, and at times so many" "$stderr"
    batch 4 1 0! 0! 0! 20 20
    [[ $stderr == *"2 at once at most"* ]] ||
        wrong "2 jobs at once, there are no more that can begin" "$stderr"
}

@test "nothing is left" {
    run_exercise 2 20 10! 0! 20! 15
    expect_nothing_left
}
