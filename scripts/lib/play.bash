# shellcheck shell=bash
# What a chapter's `run` is written with; to be sourced from the root.
#
#   play WORDS ASYNCIO PROGRAM [ARGUMENT…]   shows a program's run
#   expect=1 play …                          for one that is to end with 1
#   serve WORDS ASYNCIO PROGRAM [ARGUMENT…]  starts a server, sets $port
#   talk WORDS ASYNCIO TEXT                  a client sends it TEXT, shows the answer
#   stop PROGRAM                             stops it with SIGTERM
#   with=…                                   a command that the program runs in
#
# With PLAY_RECORD=DIR (scripts/compare) the output and time of each program
# that has an asyncio twin go into files there; with PLAY_TWINS=1 the twin's.
set -euo pipefail
: "${BUILD:=build}"
chapter=$(basename "$(realpath "$(dirname "$0")")")
source "$(dirname "${BASH_SOURCE[0]}")/workbook.bash"
source scripts/lib/terminal.bash
set_colours
failed=0 with='' plays=0 served='' serve_pid='' port=''

# command_of PROGRAM: how it is started; nothing, where there is no twin to
# compare it with.
command_of() {
    if [[ -n ${PLAY_RECORD-} && ! -e $chapter/$1.py ]]; then
        return
    elif [[ -n ${PLAY_TWINS-} ]]; then
        echo "/usr/bin/python3 -u $chapter/$1.py"
    else
        echo "$BUILD/$chapter/$1"
        if [[ ! -x $BUILD/$chapter/$1 ]]; then
            echo "$BUILD/$chapter/$1 is not built: make run-chapter CHAPTER=$chapter" >&2
            exit 1
        fi
    fi
}

# heading WORDS ASYNCIO PROGRAM COMMAND
heading() {
    local line

    printf -v line '%s%-12s%s  %-28s' "$bold" "$3" "$plain" "$1"
    flow 14 "$line" "asyncio: $2"
    printf '  $ %s\n' "$4" | wrap -c 4
}

# said: a filter for what a program prints.
said() {
    sed -u -e 's/^/  /' -e '$a\' | wrap 4
}

play() {
    local words=$1 idea=$2 program=$3 command status=0 start seconds
    shift 3
    command=$(command_of "$program")
    [[ -n $command ]] || return 0
    plays=$((plays + 1))
    if [[ -n ${PLAY_RECORD-} ]]; then
        record "$program${*:+ $*}" "$with $command" "$@"
        return
    fi
    heading "$words" "$idea" "$program" "${with:+$with }$command${*:+ $*}"
    start=${EPOCHREALTIME/[.,]/}
    # shellcheck disable=SC2086 # both are words
    $with $command "$@" 2>&1 | said || status=${PIPESTATUS[0]}
    seconds=$(((${EPOCHREALTIME/[.,]/} - start + 5000) / 10000))
    printf '  %d.%02d s, exit %d\n\n' $((seconds / 100)) $((seconds % 100)) "$status"
    if ((status != ${expect:-0})); then
        failed=1
    fi
}

# record TITLE COMMAND ARGUMENT…: the output and the time into files.
record() {
    local title=$1 command=$2 status=0 start file
    shift 2
    file=$(printf '%s/%02d' "$PLAY_RECORD" "$plays")
    start=${EPOCHREALTIME/[.,]/}
    # shellcheck disable=SC2086
    $command "$@" >"$file.out" 2>"$file.err" || status=$?
    echo "$(((${EPOCHREALTIME/[.,]/} - start + 5000) / 10000)) $status" >"$file.time"
    echo "$title" >"$file.title"
}

# The server's output goes to a file, shown when it stops; its port is what it
# says on stderr.
serve() {
    local words=$1 idea=$2 program=$3 command
    shift 3
    command=$(command_of "$program")
    served=$(mktemp)
    [[ -n ${PLAY_RECORD-} ]] || heading "$words" "$idea" "$program" "$command${*:+ $*} &"
    # shellcheck disable=SC2086
    $command "$@" >"$served" 2>&1 &
    serve_pid=$!
    trap 'kill "$serve_pid" 2>/dev/null || true; rm -f "$served"' EXIT
    for ((i = 0; i < 100; i++)); do
        port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$served")
        [[ -z $port ]] || break
        sleep 0.05
    done
    if [[ -z $port ]]; then
        said <"$served"
        echo "  it did not listen within 5 s" >&2
        exit 1
    fi
    [[ -n ${PLAY_RECORD-} ]] || printf '  listening on port %s\n\n' "$port"
}

talk() {
    local command=(nc -N 127.0.0.1 "$port") status=0

    plays=$((plays + 1))
    if [[ -n ${PLAY_RECORD-} ]]; then
        record "a client of it" "${command[*]}" <<<"$3"
        return
    fi
    heading "$1" "$2" nc "echo '$3' | ${command[*]}"
    timeout 10 "${command[@]}" <<<"$3" | said || status=${PIPESTATUS[0]}
    printf '  exit %d\n\n' "$status"
    ((status == 0)) || failed=1
}

stop() {
    local status=0

    kill -TERM "$serve_pid"
    wait "$serve_pid" || status=$?
    if [[ -n ${PLAY_RECORD-} ]]; then
        plays=$((plays + 1))
        record "$1, its port and its clients' left out" \
            "sed -E /listening/d;s/[0-9]{4,}/PORT/g $served"
        return
    fi
    printf '%s%-12s%s  stopped with SIGTERM; it had said:\n' "$bold" "$1" "$plain"
    said <"$served"
    printf '  exit %d\n\n' "$status"
    if ((status != 0)); then
        failed=1
    fi
}
