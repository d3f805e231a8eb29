# shellcheck shell=bash
# Runs the learner's program under limits of time and output, in the foreground or
# in the background. A part of exercise_helper.bash, which explains the functions
# that a test may call: run_exercise, start_exercise, signal_exercise and
# stop_exercise.
#
# Each run has a number. $run is the common beginning of the names of its files:
#   $run.in     its stdin                 $run.pid      its pid, and its process group
#   $run.out    its stdout                $run.status   its exit status, when it has ended
#   $run.err    its stderr                $run.took     the processor time it used
#   $run.open   the descriptors it left open, from exercise_exit.c
#   $run.unsafe what a signal handler of it must not call, from exercise_exit.c
#   $run.report.*   the sanitizers' reports

# prepare SECONDS OPTION… ARGUMENT…: makes a new run ready. Sets $limit, $run,
# $input, $pattern, and $taken: how many of the words were options.
prepare() {
    limit=$1 input=/dev/null taken=0 runs=$((runs + 1))
    run=$BATS_TEST_TMPDIR/run$runs
    shift
    pattern='listening on .*:[0-9]'
    while [[ ${1-} == -[tiw] ]]; do
        if [[ $1 == -t ]]; then
            limit=$2
        elif [[ $1 == -w ]]; then
            pattern=$2
        else
            input=$run.in
            printf '%s' "$2" >"$input"
        fi
        taken=$((taken + 2))
        shift 2
    done
    did="./$name${*:+ $*}"
    echo "not written" >"$run.open"
    ASAN_OPTIONS=${ASAN_OPTIONS%%:log_path*}:log_path=$run.report
    export ASAN_OPTIONS EXERCISE_LEFT_OPEN=$run.open EXERCISE_UNSAFE=$run.unsafe
}

# limited ARGUMENT…: runs the program under its limits, in a process group of its
# own, and waits for its end.
limited() {
    local ended=0 TIMEFORMAT='%U %S'

    # shellcheck disable=SC2086
    { time ${within-} bash -c 'ulimit -f "$1"; shift
        exec setsid timeout --foreground -s KILL "$@" 3>&- 4>&-' - \
        "$output_limit" "$((limit * patience))" \
        bash -c 'echo "$$ $PPID" >"$0"; exec "$@"' "$run.pid" "$binary" "$@" \
        <"$input" >"$run.out" 2>"$run.err"; } 2>"$run.took" || ended=$?
    ((ended != 137)) || end_group
    echo "$ended" >"$run.status"
}

# end_group: kills the program and the processes that it started.
end_group() {
    local pid='' group=''

    read -r pid group 2>/dev/null <"$run.pid" || return 0
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
    local end

    prepare 20 "$@"
    shift "$taken"
    did+=" &"
    limited "$@" 3>&- 4>&- 2>/dev/null &
    end=$((SECONDS + 1 + 2 * patience))
    until grep -qs -e "$pattern" "$run.err" "$run.out"; do
        if [[ -e $run.status ]]; then
            end_exercise
            judge
            wrong "it runs, and says: $pattern" "it ended"
        elif ((SECONDS >= end)); then
            stderr=$(<"$run.err")
            wrong "it runs, and says: $pattern" "nothing like it, for 2 s"
        fi
        sleep 0.02
    done
    port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$run.err")
    exercise_pid=$(<"$run.pid") exercise_pid=${exercise_pid% *}
}

signal_exercise() {
    did+="; kill -$1 it"
    kill -"$1" "$exercise_pid" 2>/dev/null || true
}

stop_exercise() {
    local end=$((SECONDS + 1 + 2 * patience))

    signal_exercise "${1:-TERM}"
    until [[ -e $run.status ]] || ((SECONDS >= end)); do
        sleep 0.02
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
