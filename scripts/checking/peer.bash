# shellcheck shell=bash
# Python that plays the other side of a connection. A part of exercise_helper.bash.

# peer CODE [ARGUMENT…]: runs CODE in exercise_peer.py, which lists what CODE may
# call and what it writes into $run.{expected,came,doing,spins,silent}. Sets $output, and
# $then to what the peer was doing last. If the program crashed meanwhile, the test
# ends with that; if the peer failed otherwise, with what the peer says of it.
peer() {
    local came=0
    local -x PYTHONPATH=$root/scripts/lib PEER_TIMEOUT=2
    local -x PEER_PORT=${port-} PEER_PID=$exercise_pid PEER_PATIENCE=$patience PEER_SEED=$RANDOM

    rm -f "$run".{peer,expected,came,doing,spins,silent}
    # The program itself has 20 s, as it is given them. What it sends cannot make the
    # peer take all memory.
    output=$(ulimit -d $((512 * 1024)) && exec timeout -s KILL $((120 * patience)) \
        "$python" -BS scripts/checking/exercise_peer.py "$run" "$@" 2>"$run.peer" 3>&-) || came=$?
    if [[ -e $run.doing ]]; then
        then=$(tail -n 1 "$run.doing")
        [[ $command == "$name" ]] || then="arguments: ${command#"$name "}; $then"
        then_before=$then
        [[ -z ${EXERCISE_SHOW-} ]] || sed 's/^/  peer    /' "$run.doing" >>"$run.told"
    fi
    ((came != 0)) || return 0
    start_pace
    until [[ -e $run.status ]] || ! is_ending || ((had >= 2000000 * patience)); do
        sleep 0.02
        pace "$exercise_pid"
    done
    if [[ -e $run.status ]]; then
        end_exercise
        judge
    fi
    stderr=$(<"$run.err")
    [[ ! -e $run.spins ]] || touch "$BATS_FILE_TMPDIR/never_ended"
    [[ ! -e $run.came ]] || wrong "$(<"$run.expected")" "$(<"$run.came")$(where_it_is)"
    came=$(tail -n 1 "$run.peer")
    if [[ $came =~ ^(Name|Attribute|Syntax|Indentation|Import|ModuleNotFound)Error ]]; then
        came="the check itself is broken, not your program: $came"
    else
        came="what the peer cannot make sense of: $came"
    fi
    wrong "an answer that the peer understands" "$came"
}

# is_ending: it is on its way to a report or to its end, as far as can be seen.
is_ending() {
    local stat='' report

    [[ ! -e $run.spins ]] || return 1
    for report in "$run".report.*; do # in a sandbox they are there, and empty
        [[ ! -s $report ]] || return 0
    done
    # Of a process that ends meanwhile read() fails: $(<file) would end the test then.
    { IFS= read -rd '' stat <"/proc/$exercise_pid/stat"; } 2>/dev/null || [[ -n $stat ]] || return 0
    [[ ${stat##*) } != S* ]]
}
