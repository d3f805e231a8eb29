# shellcheck shell=bash
# What a test expects of the runs so far. A part of exercise_helper.bash, which
# explains these functions.

expect_output() {
    [[ $output == "$1" ]] || wrong -t "$1" "$output"
}

expect_status() {
    [[ $status == "$1" ]] || wrong "exit $1" "exit $status"
}

# Neither number grows on a busy machine, or with patience: the ms on a processor, and
# how often it went to sleep. A right answer needs about 10 ms and sleeps a few times;
# for long runs, which may have more to do, the bounds are a little wider.
expect_idle() {
    local most=${1:-$((could / 25))} words="it sleeps until there is something to do"

    [[ -n $used ]] || misbehaved "it ended by _exit(): return from main"
    ((used <= 50 + could / 50)) ||
        wrong "it waits without using the processor" \
            "it ran $used ms of the $could ms that it was given"
    [[ -z ${1-} ]] || words+=": it wakes at most $1 times"
    ((switches <= most)) || wrong "$words" "it woke $switches times in $could ms"
}

expect_nothing_left() {
    local i report what=(leaks "$name")

    [[ ${1-} != -q ]] || what=(amount)
    for ((i = 1; i <= runs; i++)); do
        run=$BATS_TEST_TMPDIR/run$i
        did=${dids[i]-$did} then=${thens[i]-$then}
        read_output
        read_report
        if [[ $report == *"ERROR: LeakSanitizer"* ]]; then
            misbehaved "$(explain "${what[@]}" <<<"$report")"
        fi
        if [[ $(<"$run.open") == "not written" ]]; then
            misbehaved "it ended by _exit(), so what it left cannot be seen: return from main"
        elif [[ -s $run.open ]]; then
            misbehaved "$(explain left_open "$(<"$run.status")" "$BATS_TEST_TMPDIR" <"$run.open")"
        fi
    done
}
