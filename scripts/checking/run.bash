# shellcheck shell=bash
# Runs the learner's program under limits of time and output, in the foreground or
# in the background. A part of exercise_helper.bash, which explains the functions
# that a test may call: run_exercise, start_exercise, await_output, signal_exercise,
# stop_exercise and await_exercise.
#
# Each run has a number. $run is the common beginning of the names of its files:
#   $run.in     its stdin                 $run.pid      its pid
#   $run.out    its stdout                $run.group    its process group
#   $run.err    its stderr                $run.status   its exit status, when it has ended
#   $run.used   what it did with its time, from exercise_clock.c
#   $run.seen   the same, as far as it is seen from outside: ms on processors, ms in all
#   $run.open   the descriptors it left open, from exercise_exit.c
#   $run.unsafe what a signal handler of it must not call, from exercise_exit.c
#   $run.report.*   the sanitizers' reports
#   $run.late   is there if its time was over before it ended
#   $run.told   the command, and what the peer did; for make try with CHECK

# prepare SECONDS OPTION… ARGUMENT…: makes a new run ready. Sets $limit, $run,
# $input, $pattern, and $taken: how many of the words were options.
prepare() {
    limit=$1 input=/dev/null typed='' taken=0 runs=$((runs + 1))
    run=$BATS_TEST_TMPDIR/run$runs
    shift
    pattern='listening on .*:[0-9]'
    while [[ ${1-} == -[tiw] ]]; do
        if [[ $1 == -t ]]; then
            limit=$2
        elif [[ $1 == -w ]]; then
            pattern=$2
        else
            input=$run.in typed=$2
            printf '%s' "$2" >"$input"
        fi
        taken=$((taken + 2))
        shift 2
    done
    tell_run "$@"
    echo "not written" >"$run.open"
    ASAN_OPTIONS=${ASAN_OPTIONS%%:log_path*}:log_path=$run.report
    export ASAN_OPTIONS EXERCISE_LEFT_OPEN=$run.open EXERCISE_UNSAFE=$run.unsafe
    export EXERCISE_USED=$run.used
}

# limited ARGUMENT…: runs the program under its limits, in a process group of its
# own, and waits for its end: then nobody holds the other end of a pipe any more.
limited() {
    local pid='' ended=0 end job before

    [[ -z ${GRADE_LEDGER-} ]] || echo begun >>"$GRADE_LEDGER"
    read_processor_ms
    before=$processor_ms
    # shellcheck disable=SC2016,SC2086
    exec {end}< <(
        ${within-} setsid bash -c 'echo "$$" >"$0.group"; echo "$$" >"$0.pid"
            ulimit -f "$1"; shift; exec "$@" 3>&- 4>&-' \
            "$run" "$output_limit" "$binary" "$@" \
            <"$input" >"$run.out" 2>"$run.err"
    ) 2>/dev/null
    job=$!
    start_pace
    until read -rt 0.1 -u "$end" || (($? <= 128)); do
        { read -r pid <"$run.pid"; } 2>/dev/null || true
        pace "$pid"
        ((had < limit * patience * 1000000)) || end_late
    done
    exec {end}<&-
    wait "$job" || ended=$?
    [[ $ended != 137 && ! -e $run.late ]] || end_group
    read_processor_ms
    echo "$((processor_ms - before)) $((had / 1000))" >"$run.seen"
    echo "$ended" >"$run.status"
}

# read_processor_ms: sets $processor_ms, what the processes that this shell has started
# and that have ended spent on processors.
read_processor_ms() {
    local user system

    builtin times >"$run.times"
    { read -r _ && read -r user system; } <"$run.times"
    user=${user%s} system=${system%s}
    processor_ms=$(((${user%m*} + ${system%m*}) * 60000))
    user=${user#*m} system=${system#*m}
    processor_ms=$((processor_ms + 10#${user/./} + 10#${system/./}))
}

# end_group: kills the program and the processes that it started.
end_group() {
    local pid='' group=''

    { read -r pid <"$run.pid" && read -r group <"$run.group"; } 2>/dev/null || return 0
    note_use "$pid"
    kill -KILL "$pid" -- -"$group" 2>/dev/null || true
}

run_exercise() {
    prepare 2 "$@"
    shift "$taken"
    limited "$@"
    status=$(<"$run.status")
    judge
}

start_exercise() {
    prepare 20 "$@"
    shift "$taken"
    repeat_by_check
    limited "$@" 3>&- 4>&- 2>/dev/null &
    if ! await_output "$pattern"; then
        if [[ -e $run.status ]]; then
            end_exercise
            judge
            wrong "it runs, and says: $pattern" "it ended"
        fi
        stderr=$(<"$run.err")
        touch "$BATS_FILE_TMPDIR/never_ended"
        read -r exercise_pid <"$run.pid" || true # teardown ends it
        wrong "it runs, and says: $pattern" "nothing like it, for 2 s"
    fi
    port=''
    ! printed 'listening on [^ ]*:([0-9]+)' || port=${BASH_REMATCH[1]}
    read -r exercise_pid <"$run.pid"
}

await_output() {
    local never pid=''

    exec {never}<> <(:)
    start_pace
    until printed "$1"; do
        if [[ -e $run.status ]] || ((had >= 2000000 * patience)); then
            exec {never}>&-
            return 1
        fi
        read -rt 0.02 -u "$never" || true
        { read -r pid <"$run.pid"; } 2>/dev/null || true
        pace "$pid"
    done
    exec {never}>&-
}

# printed PATTERN: true if it has. Starts no process: on a busy machine that takes
# longer than what is waited for.
printed() {
    local err=() out=()

    { mapfile -d '' err <"$run.err" && mapfile -d '' out <"$run.out"; } 2>/dev/null
    [[ "${err[*]}"$'\n'"${out[*]}" =~ $1 ]]
}

signal_exercise() {
    then+="${then:+; }kill -$1" then_before=$then
    kill -"$1" "$exercise_pid" 2>/dev/null || true
}

stop_exercise() {
    signal_exercise "${1:-TERM}"
    await_exercise
}

await_exercise() {
    limit=2
    start_pace
    until [[ -e $run.status ]]; do
        sleep 0.02
        pace "$exercise_pid"
        ((had < limit * patience * 1000000)) || end_late
    done
    end_exercise
    judge
}

# end_exercise: afterwards the program is gone, whatever it does. Sets $status.
end_exercise() {
    [[ -e $run.status ]] || end_group
    exercise_pid=''
    wait 2>/dev/null || true
    status=$(<"$run.status")
}

# show_runs: for make try with CHECK, all that the runs of this test printed.
show_runs() {
    local number ended

    for ((number = 1; number <= runs; number++)); do
        run=$BATS_TEST_TMPDIR/run$number
        cat "$run.told"
        show_part stdout "$run.out"
        ended=$(cat "$run.status" 2>/dev/null) || ended=137
        if [[ -e $run.late ]]; then # the report says only that the check stopped it
            show_part stderr "$run.err"
            ended=137
        else
            show_part stderr "$run.err" "$run".report.*
        fi
        echo "  exit    ${ended/#137/(it was stopped)}"
    done
}

# show_part LABEL FILE…: what is in them, without what a terminal would obey.
show_part() {
    local lines

    lines=$(cat -- "${@:2}" 2>/dev/null | tr '\000-\010\013-\037\177' '?')
    [[ -z $lines ]] || head -n 200 <<<"$lines" | sed "1s/^/  $1  /; 1!s/^/          /"
}
