# shellcheck shell=bash
# What was done, as a command that a learner can paste into a shell, so that the same
# happens again. A part of exercise_helper.bash.

# tell_run [ARGUMENT…]: for the run that begins now: sets $did, and $then if the test
# has said what else is done. $typed is the input, for a pipe.
tell_run() {
    [[ $then != "$then_before" ]] || then=''
    command="$name${*:+ $*}" command=${command//"$BATS_TEST_TMPDIR/"/}
    did="make try EXERCISE=$id"
    if (($# > 0)) && ((${#command} <= 150)); then
        did+=" ARGS=$(as_variable "$@")"
    fi
    [[ $input == /dev/null ]] || did="$(as_printf "${typed::150}") | $did"
    # What is more than arguments and input, and what is too long to paste.
    if [[ -n $then${EXERCISE_INTERRUPT-}${MYSQL_HOST-} || $did == *"$BATS_TEST_TMPDIR"* ]] ||
        ((${#command} > 150 || ${#typed} > 150 || ${#did} > 200)); then
        repeat_by_check
    fi
    then_before=$then
    [[ -z ${EXERCISE_SHOW-} ]] || echo "$ $command" >"$run.told"
}

# repeat_by_check: what was done is told by the number of this check, and in words.
repeat_by_check() {
    did="make try EXERCISE=$id CHECK=$check SEED=$seed"
    ((${#command} <= 150)) || command=${command::149}…
    [[ $command == "$name" || $then == "arguments: "* ]] ||
        then="arguments: ${command#"$name "}${then:+; $then}"
    then_before=$then
}

# as_variable WORD…: for ARGS= on the command line of make; scripts/try takes it
# apart again.
as_variable() {
    local word all=''

    for word in "$@"; do
        if [[ -z $word || $word == *[[:space:]\"\'\\]* ]]; then
            word=${word//\\/\\\\}
            word=\"${word//\"/\\\"}\"
        fi
        all+=" $word"
    done
    all=${all:1}
    if [[ $all == *[[:cntrl:]]* || ! $all =~ ^.*$ ]]; then
        printf '"$(%s)"' "$(as_printf "$all")"
    elif [[ $all == *[^[:alnum:]_./:,@%+=-]* ]]; then
        printf "'%s'" "${all//\'/\'\\\'\'}"
    else
        printf '%s' "$all"
    fi
}

# as_printf TEXT: a printf that prints it.
as_printf() {
    local LC_ALL=C i byte format=''

    for ((i = 0; i < ${#1}; i++)); do
        byte=${1:i:1}
        case $byte in
            $'\n') byte='\n' ;;
            % | \\) byte+=$byte ;;
            \' | [!\ -~]) printf -v byte '\\%03o' $(($(printf '%d' "'$byte") & 255)) ;;
        esac
        format+=$byte
    done
    printf "printf '%s'" "$format"
}
