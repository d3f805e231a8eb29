# shellcheck shell=bash
# For the tests of scripts/see. $runs is a folder of recorded runs, made once for the file:
# NAME.run.json, .trace.json, .log; NAME.out, .err and .status of the command itself.

# see_run NAME OPTION… -- COMMAND…: records one.
see_run() {
    local name=$1 options=() status=0

    shift
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    mkdir -p "$runs/$name.files"
    timeout 60 scripts/see -o "$runs/$name.files" "${options[@]}" "$@" >"$runs/$name.out" \
        2>"$runs/$name.err" </dev/null || status=$?
    echo "$status" >"$runs/$name.status"
    for end in run.json trace.json log; do
        [[ ! -e $runs/$name.files/${1##*/}.$end ]] ||
            mv "$runs/$name.files/${1##*/}.$end" "$runs/$name.$end"
    done
}

# see_all: records what the lines on stdin say, two at a time.
see_all() {
    export -f see_run
    export runs
    xargs -d '\n' -P 2 -I '{}' bash -c 'see_run {}'
}

# asked NAME FILTER: what jq finds in that run, with a few words for it.
asked() {
    jq -r "$words $2" "$runs/$1.run.json"
}

words='
# The spans around an event, the innermost first.
def around($run): [.in // .by | select(. != null)
    | recurse($run.events[.].in | select(. != null)) | $run.events[.]];
# The names of the tasks, by their number.
def task($run): $run.tasks[.task].name;
# All that was printed on stdout.
def printed: [.events[] | select(.kind == "output" and .fd == 1) | .text] | join("");
'
