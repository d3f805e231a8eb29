# shellcheck shell=bash
# What the learner reads when a test fails: what was done, what was expected, what
# came. A part of exercise_helper.bash, which explains wrong.

# complain LABEL TEXT [LABEL TEXT…]: prints the texts, with their labels in a column.
# make practice knows these lines by the mark "| ". Long texts are cut. What a
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

# complain_of_stderr: prints $stderr without the lines that do not help the learner.
complain_of_stderr() {
    local said

    said=$(grep -vE 'listening on [0-9.]+:[0-9]+$|^AddressSanitizer:DEADLYSIGNAL' <<<"$stderr") ||
        return 0
    complain stderr "$said"
}

# complain_of_run: prints the command that repeats the run, and what else was done.
complain_of_run() {
    complain did "$did"
    [[ -z $then ]] || complain "then" "$then"
}

# wrong EXPECTED CAME: ends the test. The exit status is mentioned if it is not 0 and
# was not what the test looked at.
wrong() {
    complain_of_run
    complain expected "$1" came "$2"
    [[ -z $stderr ]] || complain_of_stderr
    [[ $status == 0 || $1 == "exit "* || $1 == *": exit "* ]] || complain exit "$status"
    exit 1
}

# misbehaved CAME: ends the test after a fault that no test expects: a crash, a leak,
# no end. If a test of this file has told of it in full, only its first line is told.
misbehaved() {
    if grep -qsxF -e "${1%%$'\n'*}" "$BATS_FILE_TMPDIR/told"; then
        complain_of_run
        complain came "${1%%$'\n'*}"
        exit 1
    fi
    echo "${1%%$'\n'*}" >>"$BATS_FILE_TMPDIR/told"
    complain_of_run
    [[ -z $expecting || $1 != "it never ended"* ]] || complain expected "$expecting"
    complain came "$1"
    [[ -z $output ]] || complain stdout "$output"
    [[ -z $stderr ]] || complain_of_stderr
    exit 1
}
