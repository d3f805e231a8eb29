#!/usr/bin/env bats
# Unsolved fails: Ctrl-C lets the job in hand end, and begins no other
load ../../scripts/checking/exercise_helper

# log FROM TO: begun and done.
log() {
    for ((i = $1; i <= $2; i++)); do
        printf 'job %d begun\njob %d done\n' "$i" "$i"
    done
}

@test "without a Ctrl-C all jobs are done, and the loop ends" {
    local n=$((2 + RANDOM % 5))

    run_exercise "$n" 20
    expect_output "$(log 1 "$n")
$n of $n done"
    expect_status 0
}

# stop_in_job N JOBS: a SIGINT while job N is in hand; again with longer jobs, if it
# came too late, since the machine is busy.
stop_in_job() {
    local ms late

    for ms in 300 700 1800; do
        late=''
        start_exercise -w "job $1 begun" "$2" "$ms"
        signal_exercise INT
        ! printed "job $1 done" || late=yes
        await_exercise
        [[ -n $late ]] || return 0
    done
}

@test "Ctrl-C lets the job in hand end, and begins no other" {
    local n=$((2 + RANDOM % 2))

    stop_in_job "$n" 9
    expect_output "$(log 1 $((n - 1)))
job $n begun
stopping after job $n
job $n done
$n of 9 done"
    expect_status 0
    expect_nothing_left
}

@test "Ctrl-C while the last job is in hand" {
    stop_in_job 2 2
    expect_output "$(log 1 1)
job 2 begun
stopping after job 2
job 2 done
2 of 2 done"
}

@test "a second Ctrl-C drops the job in hand: exit 1, nothing is left" {
    start_exercise -w "job 1 begun" 3 20000
    signal_exercise INT
    await_output "stopping after job 1" || true # two at once would be one
    stop_exercise INT
    expect_output "job 1 begun
stopping after job 1
job 1 dropped
0 of 3 done"
    expect_status 1
    expect_nothing_left
}

@test "nothing is done in the middle of malloc, if Ctrl-C comes there" {
    EXERCISE_INTERRUPT=1 run_exercise 3 20
    expect_safe "a SIGINT in the middle of malloc"
    EXERCISE_INTERRUPT=2 run_exercise 3 20
    expect_safe "two SIGINT in the middle of malloc"
}

# expect_safe WHEN: no handler has done what may not be done in the midst of it.
expect_safe() {
    did+="   # $1"
    [[ ! -s $run.unsafe ]] ||
        wrong "what a handler may do: note that it came (the loop does this for you)" \
            "the handler $(<"$run.unsafe"): it may meet malloc or printf half done"
}
