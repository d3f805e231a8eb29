# For every .bats of an exercise:  load ../../scripts/checking/exercise_helper
#
# How to add an exercise: CONTRIBUTING.md.
#
# WHAT A TEST SAYS. The first of these that does not hold ends the test, and
# tells the learner what was done, what was expected, and what came.
#
#   run_exercise [-t SECONDS] [-i TEXT] [ARGUMENT…]
#       runs the program, TEXT on its stdin, 2 s at most unless told otherwise.
#       Sets $output $lines $stderr $status and $did; $took, the ms from its start
#       to its end (good for "at least", on any machine), and $used, of the processor.
#       A crash, no end or endless output fails the test here.
#       within="scripts/with-mariadb" runs it there.
#   start_exercise [-t SECONDS] [-w PATTERN] [ARGUMENT…]
#       the same in the background, 20 s at most; returns when it has said PATTERN,
#       or else "listening on …:PORT" on stderr. Sets $port $exercise_pid.
#   signal_exercise SIGNAL   only sends it
#   stop_exercise [SIGNAL]   TERM by default; waits for its end (2 s). Sets the
#       same as run_exercise.
#   peer CODE [ARGUMENT…]    Python that plays the other side (below); what it
#       prints is $output. Its failure fails the test.
#   expect_output TEXT       stdout is TEXT (or what peer printed)
#   expect_status N
#   expect_nothing_left      no leak, no descriptor open, in all runs so far
#   expect_idle              the last run, of 300 ms or more, did not spin meanwhile
#   wrong EXPECTED CAME      for all else:
#       ((ticks <= 5)) || wrong "at most 5 ticks" "$ticks ticks"
#   did="WORDS"              what "did" shows, if the command is not enough
#   expecting="WORDS"        before a run: what "expected" shows if it never ends
#
# $patience is what a second is multiplied with where the machine is busy: limits
# obey it by themselves; a bound of yours on a time must be multiplied with it.
# shellcheck shell=bash

root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
name=${BATS_TEST_FILENAME##*/} name=${name%.bats}
chapter=${BATS_TEST_DIRNAME%/*} chapter=${chapter##*/}
binary=${EXERCISE_BINARY:-$root/build/$chapter/exercises/$name}
patience=${EXERCISE_PATIENCE:-1}
python=/usr/bin/python3
output_limit=1024 # KiB

# One error ends the program with SIGABRT, after a report in a file of its own,
# so that its stderr is the learner's; a leak does not change its status.
export ASAN_OPTIONS=abort_on_error=1:handle_abort=1:exitcode=0
ASAN_OPTIONS+=:detect_stack_use_after_return=1:fast_unwind_on_malloc=0
ASAN_OPTIONS+=:hard_rss_limit_mb=512:quarantine_size_mb=2
ASAN_OPTIONS+=:print_summary=0:color=never
# What was freed is overwritten: libevent, which is not instrumented, then crashes
# where it would use it.
ASAN_OPTIONS+=:max_free_fill_size=4096
export UBSAN_OPTIONS=abort_on_error=1:print_stacktrace=1

setup() {
    cd "$root" || return
    runs=0 run=$BATS_TEST_TMPDIR/run0 did='' output='' stderr='' status=0 exercise_pid=''
    expecting=''
    if [[ ! -x $binary ]]; then
        complain came "it is not built: make practice EXERCISE=${chapter%%-*}-${name%%_*}"
        return 1
    fi
    # After one that never ended the others would make the learner wait, too.
    [[ ! -e $BATS_FILE_TMPDIR/never_ended ]] || skip "not reached"
}

teardown() {
    [[ -z $exercise_pid ]] || end_exercise
}

# complain LABEL TEXT [LABEL TEXT…]: what the learner reads, aligned; make
# practice knows the lines by their mark. Long texts are cut, and whatever a
# terminal would obey is shown as "?".
complain() {
    local line label count LC_ALL=C

    while (($# > 0)); do
        label=$1 count=0
        while IFS= read -r line; do
            if ((++count > 12)); then
                printf '| %-9s … and more\n' ''
                break
            fi
            line=${line//$'\t'/\\t}
            printf '| %-9s %.200s\n' "$label" "${line//[[:cntrl:]]/?}"
            label=''
        done <<<"${2:-(nothing)}"
        shift 2
    done
}

# complain_of_stderr: without what tells the learner nothing.
complain_of_stderr() {
    local said

    said=$(grep -vE 'listening on [0-9.]+:[0-9]+$|^AddressSanitizer:DEADLYSIGNAL' <<<"$stderr") ||
        return 0
    complain stderr "$said"
}

# wrong EXPECTED CAME: ends the test.
wrong() {
    complain did "$did" expected "$1" came "$2"
    [[ -z $stderr ]] || complain_of_stderr
    [[ $status == 0 || $1 == "exit "* || $1 == *": exit "* ]] || complain exit "$status"
    exit 1
}

# misbehaved WORDS: ends the test. What has been told in full is not told again.
misbehaved() {
    if grep -qsxF -e "${1%%$'\n'*}" "$BATS_FILE_TMPDIR/told"; then
        complain did "$did" came "${1%%$'\n'*}"
        exit 1
    fi
    echo "${1%%$'\n'*}" >>"$BATS_FILE_TMPDIR/told"
    complain did "$did"
    [[ -z $expecting || $1 != "it never ended"* ]] || complain expected "$expecting"
    complain came "$1"
    [[ -z $output ]] || complain stdout "$output"
    [[ -z $stderr ]] || complain_of_stderr
    exit 1
}

# prepare SECONDS OPTION… ARGUMENT…: makes ready for a run. Sets $limit, $run,
# which all its files' names begin with, $input, $pattern and $taken, the number
# of words that were options.
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

# limited ARGUMENT…: the program under its limits, in a process group of its own.
# Its pid and the group go into N.pid, its exit status into N.status, and into
# N.took the processor time that it took.
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

# What it has begun and left is ended as well.
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

# Whatever it does: it is gone afterwards. Sets $status.
end_exercise() {
    [[ -e $run.status ]] || end_group
    exercise_pid=''
    wait 2>/dev/null || true
    status=$(<"$run.status")
}

# judge: what became of the run. Sets $output $lines $stderr; a crash, no end or
# endless output ends the test.
judge() {
    local report='' size null=''

    { output=$(<"$run.out") stderr=$(<"$run.err"); } 2>/dev/null # bash warns of 0 bytes
    stderr=${stderr::100000}
    mapfile -t lines <<<"$output"
    read_report
    if ((status == 134 || status == 137)) && [[ $stderr == *": runtime error: "* ]]; then
        report=$stderr stderr='' # where UBSan reports, whatever it is told
    fi
    measure
    [[ -z $report ]] || null=$(null "$report")
    if ((size >= output_limit * 1024)); then
        output='' stderr=''
        misbehaved "it prints without end: stopped after $((output_limit / 1024)) MiB"
    elif [[ $report == *"hard rss limit exhausted"* ]]; then
        misbehaved "it takes memory without end: stopped at 512 MiB"
    elif [[ $report == *"runtime error: "* ]]; then
        misbehaved "it crashed: $(sed -n 's/.*runtime error: //p' <<<"$report" | head -n 1)$(
            place "$report"
        )"
    elif [[ $report == *"ERROR: AddressSanitizer"* ]]; then
        misbehaved "it crashed: $(sed -nE '
            s/.*ERROR: AddressSanitizer: ([^ ]*) (on .*|\(.*)?$/\1/; s/.*ERROR: AddressSanitizer: //
            t found; b; :found p; q' <<<"$report")${null:+: $null}$(
            place "$report"
            freed "$report"
        )"
    elif ((status == 137)); then
        touch "$BATS_FILE_TMPDIR/never_ended"
        misbehaved "it never ended: stopped after $limit s$(busy_or_asleep)"
    elif ((status > 128 && status <= 192)); then
        misbehaved "it crashed: killed by SIG$(kill -l $((status - 128)))$(
            ((status != 141)) || echo " (it wrote to a connection that was closed)"
        )"
    fi
}

# read_report: sets $report, what the sanitizers said of the run.
read_report() {
    local file

    report=''
    for file in "$run".report.*; do
        [[ ! -s $file ]] || report+=$(<"$file")$'\n'
    done
}

# measure: sets $size, of what it printed, $took and $used.
measure() {
    local of user='' system=''

    mapfile -t of < <(stat -c '%s %.3Y' "$run".{out,err,pid,status} 2>/dev/null)
    size=$((${of[0]% *} + ${of[1]% *})) took=0
    if ((${#of[@]} == 4)); then
        of=("${of[@]#* }") took=$((${of[3]/./} - ${of[2]/./}))
    fi
    mapfile -t of <"$run.took"
    read -r user system <<<"${of[-1]-}" || true
    user=${user:-0.000} system=${system:-0.000}
    used=$((10#${user/./} + 10#${system/./}))
}

# busy_or_asleep: what one that never ended did all the time, if that is clear.
busy_or_asleep() {
    local all=$((limit * patience * 1000))

    if ((used >= all / 8)); then
        printf ', the loop never became idle'
    else
        printf '\nit slept: an event is still pending, or a call waits'
    fi
    ((used <= all / 2)) ||
        printf '\nit used the processor all the time (%.1f s of %d): an endless loop' \
            "${used}e-3" $((all / 1000))
}

# null REPORT: says so, if it used a NULL pointer, and what it gave it to. libevent
# calls NULL if it finds what was overwritten when it was freed.
null() {
    awk '
        /SEGV on unknown address 0x0+[0-9a-f]?[0-9a-f]?[0-9a-f] / || /null pointer/ { null = 1 }
        null && match($0, / in ev[a-z_]+ \(|in bufferevent_[a-z_]+ \(/) {
            of = substr($0, RSTART, RLENGTH - 2)
            sub(/^ *in /, " was given to ", of)
        }
        /pc points to the zero page/ { called = 1 }
        null && (of || /^$/) { exit }
        END {
            if (called) print "NULL was called, as when libevent uses a base that is freed"
            else if (null) print "a NULL pointer" of
        }' <<<"$1"
}

# place REPORT [HEADING]: the first function in a sanitizer's stack (the one with
# that heading) that is not libc's; and if that is a module's, the first one of
# the learner's own file, too.
place() {
    awk -v own="$name" -v heading="${2-}" '
        heading && index($0, heading) != 1 { next }
        { heading = "" }
        /^$/ && place { exit }
        match($0, / in [^ ]+ ([^ ]*\/)?[0-9][0-9]-[a-z]+\/[^ ]*\.c:[0-9]+/) {
            split(substr($0, RSTART + 4, RLENGTH - 4), part, " ")
            sub(".*/", "", part[2])
            mine = part[2] ~ "^" own "[.-]"
            if (place && part[1] == "main") exit
            if (!place || mine)
                printf "%s%s, %s", (place ? "\ncalled in " : " in "), part[1], part[2]
            place = 1
            if (mine) exit
        }' <<<"$1"
}

# freed REPORT: where that was freed, which was used all the same.
freed() {
    local where

    [[ $1 == *use-after-free* ]] || return 0
    where=$(place "$1" "freed by")
    [[ -z $where ]] || printf '\nfreed%s' "$where"
}

# expect_idle: what it takes to start is much less, also in a sandbox.
expect_idle() {
    ((used < 100 * patience || used < took / 5)) ||
        wrong "it waits without using the processor" "it used it for $used of $took ms"
}

expect_output() {
    [[ $output == "$1" ]] || wrong "$1" "$output"
}

expect_status() {
    [[ $status == "$1" ]] || wrong "exit $1" "exit $status"
}

expect_nothing_left() {
    local i report

    for ((i = 1; i <= runs; i++)); do
        run=$BATS_TEST_TMPDIR/run$i
        read_report
        if [[ $report == *"ERROR: LeakSanitizer"* ]]; then
            misbehaved "$(leaks "$report")"
        fi
        if [[ $(<"$run.open") == "not written" ]]; then
            misbehaved "it ended by _exit(), so what it left cannot be seen: return from main"
        elif [[ -s $run.open ]]; then
            misbehaved "$(left_open "$run.open" "$(cat "$run.status")")"
        fi
    done
}

# left_open FILE STATUS: in words. A program that frees its base on all ways but
# one has mostly left by exit().
left_open() {
    awk -v status="${2:-0}" -v here="$BATS_TEST_TMPDIR/" '
        index($0, here) == 1 { $0 = substr($0, length(here) + 1) }
        { sub(/:\[[0-9]*\]$/, ""); sub(/^anon_inode:\[?/, ""); sub(/\]$/, "")
            sub(/^eventpoll$/, "event base"); if (!($0 in count)) order[++n] = $0; count[$0]++ }
        END {
            if ("event base" in count && status != 0)
                print "it leaks: it ended (exit " status ") without freeing anything: by exit()?"
            printf "it leaks: %d descriptor%s still open at exit: ", NR, (NR > 1 ? "s" : "")
            for (i = 1; i <= n; i++) {
                kind = order[i]
                if (count[kind] > 1) kind = count[kind] (kind ~ /[/]/ ? " of " kind : " " kind "s")
                else if (kind !~ /[/]/) kind = (kind ~ /^[aeiou]/ ? "an " : "a ") kind
                printf "%s%s", (i > 1 ? ", " : ""), kind
            }
            if ("event base" in count) printf "\n(an event base keeps a pipe, too)"
            print ""
        }' "$1"
}

# leaks REPORT: in words, the first three places. First those in the learner's own
# file, then those in the scene.
leaks() {
    awk -v own="$name" '
        /^(Direct|Indirect) leak of / { kind = $1; bytes = $4; next }
        kind && match($0, / in [^ ]+ [^ ]*[0-9]-[a-z]+\/[^ ]*\.c:[0-9]+/) {
            split(substr($0, RSTART + 4, RLENGTH - 4), part_of, " ")
            sub(".*/", "", part_of[2])
            place = part_of[1] ", " part_of[2]
            rank = (kind == "Direct" ? 1 : 3) + (part_of[2] !~ "^" own "[.-]")
            if (!(place in leaked)) { order[++n] = place; best[place] = rank }
            if (rank < best[place]) best[place] = rank
            leaked[place] += bytes
            direct = direct || kind == "Direct"
            kind = ""
        }
        END {
            for (rank = 1; rank <= (direct ? 2 : 4); rank++)
                for (i = 1; i <= n; i++)
                    if (best[order[i]] == rank && ++said <= 3)
                        print "it leaks: " leaked[order[i]] " bytes, from " order[i]
            if (!said) print "it leaks memory"
        }' <<<"$1"
}

# peer CODE [ARGUMENT…]: scripts/checking/exercise_peer.py says what CODE can call.
peer() {
    local came=0

    rm -f "$run".{peer,expected,came,doing,spins}
    output=$(timeout -s KILL $((20 * patience)) "$python" scripts/checking/exercise_peer.py \
        "$run" "${port:-0}" "${exercise_pid:-0}" "$patience" "$@" 2>"$run.peer" 3>&-) || came=$?
    [[ ! -e $run.doing ]] || did=$(<"$run.doing")
    ((came != 0)) || return 0
    sleep 0.05 # for a report that is being written
    if [[ -e $run.status ]]; then
        end_exercise
        judge
    fi
    stderr=$(<"$run.err")
    [[ ! -e $run.spins ]] || touch "$BATS_FILE_TMPDIR/never_ended"
    [[ ! -e $run.came ]] || wrong "$(<"$run.expected")" "$(<"$run.came")"
    wrong "the peer comes to its end" "$(tail -n 1 "$run.peer")"
}
