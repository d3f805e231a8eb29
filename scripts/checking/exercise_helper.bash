# The checks of every exercise load this:  load ../../scripts/checking/exercise_helper
#
# How to add an exercise: CONTRIBUTING.md.
#
# This file is the manual of what a test may call, and holds what all the parts
# use. The parts stand beside it:
#   run.bash            runs the program under limits of time and output
#   typed.bash          the command that repeats a run, as a learner can type it
#   sanitizers.bash     the sanitizers' options
#   pace.bash           counts time as the program was given it
#   judge.bash          finds out what became of a run
#   expect.bash         what a test expects
#   message.bash        what the learner reads when it does not come
#   complain.py         lays that out, from the first difference on
#   peer.bash           Python that plays the other side of a connection
#   explain_report.py   puts the sanitizers' reports into words
#
# WHAT A TEST CALLS. The first of these that does not hold ends the test, and the
# learner reads what was done, what was expected, and what came.
#
#   run_exercise [-t SECONDS] [-i TEXT] [ARGUMENT…]
#       runs the program with TEXT on its stdin, for at most 2 s or SECONDS.
#       Sets $output $lines $stderr $status and $did; $took, the ms from its start
#       to its end (good for "at least", on any machine); and of its main thread
#       $used, the ms on a processor, $could, the ms that it ran or slept (good for
#       "at most"), and $switches, how often it went to sleep. A crash, no end or
#       endless output fails the test here.
#       within="scripts/with-mariadb" runs it inside that command.
#   start_exercise [-t SECONDS] [-w PATTERN] [ARGUMENT…]
#       starts it in the background, for at most 20 s; returns when it has printed
#       PATTERN, by default "listening on …:PORT" on stderr. Sets $port and
#       $exercise_pid.
#   printed PATTERN          true if it has printed PATTERN, an extended expression
#   await_output PATTERN     waits at most 2 s until it has; returns 1 if it has not
#   signal_exercise SIGNAL   sends SIGNAL and does not wait
#   stop_exercise [SIGNAL]   sends SIGNAL (TERM), and waits at most 2 s for the end.
#       Sets the same as run_exercise.
#   await_exercise           the same without a signal
#   peer CODE [ARGUMENT…]    runs Python that plays the other side; what it prints
#       is $output. If it fails, the test fails. exercise_peer.py and
#       scripts/lib/peer.py list what CODE may call.
#   expect_output TEXT       stdout (or what peer printed) is TEXT
#   expect_status N          the exit status is N
#   expect_nothing_left [-q] no run so far leaked memory or left a descriptor open;
#       -q: where a leak comes from is not told, as the learner is to hunt it
#   expect_idle [WAKES]      the last run, of 300 ms or more, waited without spinning
#       or polling: it ran 50 ms at most. WAKES: it went to sleep so often at most; a
#       right answer does so once for each thing that it waits for, on a busy machine,
#       too. An answer that looks every 100 ms needs a run so long that it shows.
#   wrong EXPECTED CAME      ends the test, for all other expectations:
#       ((ticks <= 5)) || wrong "at most 5 ticks" "$ticks ticks"
#       wrong -t EXPECTED CAME  both are what a program prints, and not words about it:
#       they are shown from their first difference on, which is marked
#   then="WORDS"             before a run: what else is done while it runs. What was
#       done is told by a command that repeats it: `make try` with the arguments; or, if
#       there is more to it than arguments and input, `make try` with CHECK and SEED.
#   expecting="TEXT"         before a run: what was expected if the run never ends
#
#   each NAMES FORMAT        prints the format for each letter of NAMES, as printf does
#
#   $RANDOM, and Python's random in peer, are seeded: what is random comes from them
#       alone, so that SEED=… brings the same failure again. In $(…) bash seeds it anew:
#       draw in the test's own shell.
#   $shown    a directory that is not there yet. If the test makes it, the program can
#       read it, also in the sandbox of make grade, which shows it no other files.
#
# A busy machine makes no program late: the time in which a program waits for a
# processor does not count for these limits, nor does it pass on the program's own
# clock (exercise_clock.c). $patience is the factor for a second where programs run
# slowly for other reasons. All limits above obey it; multiply yours by it.
# shellcheck shell=bash

root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
name=${BATS_TEST_FILENAME##*/} name=${name%.bats}
chapter=${BATS_TEST_DIRNAME%/*} chapter=${chapter##*/}
id=${chapter%%-*}-${name%%_*}
binary=${EXERCISE_BINARY:-$root/build/$chapter/exercises/$name}
patience=${EXERCISE_PATIENCE:-1}
seed=${SEED:-$((RANDOM % 9999 + 1))}
python=/usr/bin/python3
output_limit=1024 # KiB

# shellcheck source=scripts/lib/trace.bash
source "$root/scripts/lib/trace.bash"
for part in sanitizers pace typed run judge expect message peer; do
    # shellcheck source=/dev/null # one of those listed above
    source "$root/scripts/checking/$part.bash"
done

setup() {
    trace_tests_only
    cd "$root" || return
    check=${EXERCISE_CHECK:-$BATS_TEST_NUMBER}
    RANDOM=$((seed + check))
    runs=0 run=$BATS_TEST_TMPDIR/run0 did='' output='' stderr='' status=0 exercise_pid=''
    then='' then_before='' expecting='' shown=$BATS_TEST_TMPDIR/shown
    if [[ ! -x $binary ]]; then
        complain came "it is not built: make practice EXERCISE=$id"
        return 1
    fi
    # If one test never ended, the learner need not wait for the others, too.
    [[ ! -e $BATS_FILE_TMPDIR/never_ended ]] || skip "not reached"
}

each() {
    local i

    for ((i = 0; i < ${#1}; i++)); do
        # shellcheck disable=SC2059
        printf "$2" "${1:i:1}"
    done
}

teardown() {
    [[ -z $exercise_pid ]] || end_exercise
    [[ -z ${EXERCISE_SHOW-} ]] || show_runs >>"$EXERCISE_SHOW"
}
