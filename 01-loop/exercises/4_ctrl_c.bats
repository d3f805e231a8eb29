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
    local n

    for n in 1 $((2 + RANDOM % 5)); do
        run_exercise "$n" 20
        expect_output "$(log 1 "$n")
$n of $n done"
        expect_status 0
    done
}

# interrupt_job N JOBS [twice]: a SIGINT in the middle of job N, and another when it has
# said that it stops; again with longer jobs, if that would come too late, since the machine
# is busy. Sets $ms, the length of a job.
interrupt_job() {
    local stat since now

    for ms in 300 700 1800; do
        start_exercise -w "job $1 begun" "$2" "$ms"
        sleep "$((ms / 2))e-3"
        kill -STOP "$exercise_pid"
        stat=''
        until [[ -e $run.status || $stat == *") "[TZ]* ]]; do
            { IFS= read -rd '' stat <"/proc/$exercise_pid/stat"; } 2>/dev/null ||
                [[ -n $stat ]] || break
        done
        # Its output was written last when the job began.
        since=$(stat -c %.3Y "$run.out") now=${EPOCHREALTIME/[.,]/}
        if ((now / 1000 - ${since/[.,]/} > ms * 3 / 4)); then
            end_exercise
            rm "$run".* # it does not count
            runs=$((runs - 1))
            continue
        fi
        signal_exercise INT
        kill -CONT "$exercise_pid"
        if [[ -n ${3-} ]]; then
            await_output "stopping after job $1" || true # two at once would be one
            signal_exercise INT
        fi
        await_exercise
        return
    done
}

@test "Ctrl-C lets the job in hand end, and begins no other" {
    local n=$((3 + RANDOM % 2)) ms

    interrupt_job "$n" 9
    expect_output "$(log 1 $((n - 1)))
job $n begun
stopping after job $n
job $n done
$n of 9 done"
    expect_status 0
    ((could >= n * ms - ms / 8)) || wrong "job $n takes $ms ms, as the others" "it was cut"
    ((could < n * ms + ms / 3)) || wrong "job $n takes $ms ms, as the others" "it took longer"
    expect_idle $((n + 5))
    expect_nothing_left
}

@test "Ctrl-C while the last job is in hand" {
    local ms

    interrupt_job 2 2
    expect_output "$(log 1 1)
job 2 begun
stopping after job 2
job 2 done
2 of 2 done"
    expect_status 0
    expect_nothing_left
}

@test "a second Ctrl-C drops the job in hand: exit 1, nothing is left" {
    local ms

    start_exercise -w "job 1 begun" 3 600000
    signal_exercise INT
    await_output "stopping after job 1" || true # two at once would be one
    stop_exercise INT
    expect_output "job 1 begun
stopping after job 1
job 1 dropped
0 of 3 done"
    expect_status 1
    interrupt_job 2 5 twice
    expect_output "$(log 1 1)
job 2 begun
stopping after job 2
job 2 dropped
1 of 5 done"
    expect_status 1
    expect_nothing_left
}

@test "nothing is done in the middle of malloc, if Ctrl-C comes there" {
    then="a SIGINT in the middle of malloc"
    EXERCISE_INTERRUPT=1 run_exercise 3 20
    expect_safe
    # Where the program has no handler, no signal is sent.
    [[ $output == *"3 of 3 done" ]] || [[ $output =~ "stopping after job "([12])$'\n' &&
        $output == *"${BASH_REMATCH[1]} of 3 done" ]] ||
        wrong "it stops after the job in hand" "$output"
    then="two SIGINT in the middle of malloc"
    EXERCISE_INTERRUPT=2 run_exercise 3 20
    expect_safe
}

# expect_safe: no handler has done what may not be done in the midst of it.
expect_safe() {
    [[ ! -s $run.unsafe ]] ||
        wrong "what a handler may do: note that it came (the loop does this for you)" \
            "the handler $(<"$run.unsafe"): it may meet malloc, printf or the loop half done"
}
