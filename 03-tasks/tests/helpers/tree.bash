# For tests of scripts/task-tree: programs to look at while they run.
# shellcheck shell=bash

# start_waiting NAME [ARGUMENT…]: starts a program in the background, and sets
# $server_pid. It ends in stop_server or with the test.
start_waiting() {
    local command

    command=$(command_for -t 60 "$1") || return
    said_in=$BATS_TEST_TMPDIR/said complained_in=$BATS_TEST_TMPDIR/complained
    # shellcheck disable=SC2086 # a word list
    $command "${@:2}" >"$said_in" 2>"$complained_in" 3>&- &
    server=$!
    wait_until 30 begun || fail "$*: it has not begun"
}

# begun: has the program been started?
begun() {
    server_pid=$(cat "/proc/$server/task/$server/children") && server_pid=${server_pid% }
    [[ -n $server_pid && ! /proc/$server_pid/exe -ef /proc/$server/exe ]]
}

# start_tree SCENE: the driver, when all of its tasks wait.
start_tree() {
    start_waiting tests/drivers/tree "$1"
    wait_until 30 grep -q 'they wait' "$said_in" || fail "tree $1: $(complained)"
}

# look_at PID: sets $status, $output, $lines, $stderr. Times, which vary, are "T s";
# $seen has them. Valgrind gives the process its own name: it is the driver's here.
look_at() {
    run --separate-stderr timeout -s KILL $((30 * slow)) scripts/task-tree "$1"
    show "scripts/task-tree $1"
    seen=$output
    output=$(sed -E 's/ *[0-9,]+\.[0-9] s/ T s/g; s/^memcheck[^ ]*/tree/' <<<"$output")
    mapfile -t lines <<<"$output"
}
