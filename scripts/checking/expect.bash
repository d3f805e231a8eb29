# shellcheck shell=bash
# What a test expects of the runs so far. A part of exercise_helper.bash, which
# explains these functions.

expect_output() {
    [[ $output == "$1" ]] || wrong "$1" "$output"
}

expect_status() {
    [[ $status == "$1" ]] || wrong "exit $1" "exit $status"
}

# Both are the same on a busy machine: the share of the time that it was given, and
# how often it went to sleep. A right one does so a few times in a run.
expect_idle() {
    [[ -n $used ]] || misbehaved "it ended by _exit(): return from main"
    ((used < could / 5)) ||
        wrong "it waits without using the processor" "it used it for $used of $could ms"
    ((switches < could / 25)) ||
        wrong "it sleeps until there is something to do" "it woke $switches times in $could ms"
}

expect_nothing_left() {
    local i report what=(leaks "$name")

    [[ ${1-} != -q ]] || what=(amount)
    for ((i = 1; i <= runs; i++)); do
        run=$BATS_TEST_TMPDIR/run$i
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
