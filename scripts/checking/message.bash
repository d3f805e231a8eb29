# shellcheck shell=bash
# What the learner reads when a test fails: what was done, what was expected, what
# came. A part of exercise_helper.bash, which explains wrong.

# complain [-t] LABEL TEXT [LABEL TEXT…]: prints the texts, with their labels in a
# column. make practice knows these lines by the mark "| ". -t: expected and came are
# what a program printed, and begin near their first difference.
complain() {
    local texts=()

    [[ $1 != -t ]] || { texts=(texts) && shift; }
    printf '%s\0' "$@" | "$python" -I -S "$root/scripts/checking/complain.py" "${texts[@]}"
}

# helpful_stderr: sets $said to $stderr without the lines that do not help the learner.
helpful_stderr() {
    said=''
    [[ -z $stderr ]] ||
        said=$(grep -vaE 'listening on [0-9.]+:[0-9]+$|^AddressSanitizer:DEADLYSIGNAL' \
            <<<"$stderr") || true
}

# what_was_done: sets $deed to the command that repeats the run, and what else was done.
what_was_done() {
    deed=(did "$did")
    [[ -z $then ]] || deed+=("then" "$then")
}

# wrong EXPECTED CAME: ends the test. The exit status is mentioned if it is not 0 and
# was not what the test looked at. With -t EXPECTED and CAME are what a program printed.
wrong() {
    local said deed texts=() more=()

    [[ $1 != -t ]] || { texts=(-t) && shift; }
    what_was_done
    helpful_stderr
    [[ -z $said ]] || more+=(stderr "$said")
    [[ $status == 0 || $1 == "exit "* || $1 == *": exit "* ]] || more+=(exit "$status")
    complain "${texts[@]}" "${deed[@]}" expected "$1" came "$2" "${more[@]}"
    exit 1
}

# misbehaved CAME: ends the test after a fault that no test expects: a crash, a leak,
# no end. If a test of this file has told of it in full, perhaps with other amounts,
# only its first line is told.
misbehaved() {
    local said deed fault more=()

    # "leaks 14 bytes" and "leaks 1 byte" are one fault, ":14 in" and ":15 in" are not.
    what_was_done
    fault=$(sed -E '1!d; s/(^| )(an?|[0-9]+) (of )?/\1/g; s/([a-z])s\b/\1/g' <<<"$1")
    if grep -qsxF -e "$fault" "$BATS_FILE_TMPDIR/told"; then
        complain "${deed[@]}" came "${1%%$'\n'*}"
        exit 1
    fi
    echo "$fault" >>"$BATS_FILE_TMPDIR/told"
    [[ -z $expecting || $1 != "it never ended"* ]] || more+=(expected "$expecting")
    more+=(came "$1")
    [[ -z $output ]] || more+=(stdout "$output")
    helpful_stderr
    [[ -z $said ]] || more+=(stderr "$said")
    complain "${deed[@]}" "${more[@]}"
    exit 1
}
