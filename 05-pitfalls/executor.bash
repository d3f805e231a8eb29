# shellcheck shell=bash
# For tests that look at, or kill, the processes of a program with a process_pool.
# The program runs under timeout, whose process is $server.

# has_workers COUNT: that many; sets $program, $fork_server and the array $workers.
has_workers() {
    program=$(cat "/proc/$server/task/$server/children")
    program=${program% }
    [[ -n $program ]] || return 1
    fork_server=$(cat "/proc/$program/task/$program/children")
    fork_server=${fork_server% }
    [[ -n $fork_server ]] || return 1
    read -r -a workers <"/proc/$fork_server/task/$fork_server/children"
    ((${#workers[@]} == $1))
}

# has_replaced COUNT PID: that many, and PID is none of them: it is no zombie, either.
has_replaced() {
    has_workers "$1" && [[ " ${workers[*]} " != *" $2 "* ]]
}

# has_computed PID MS: for that much processor time, which an idle worker never has.
has_computed() {
    local fields

    read -r -a fields 2>/dev/null <"/proc/$1/stat" || return 1
    ((fields[13] * 10 >= $2))
}

# sleeps PID: it neither runs nor waits for a processor.
sleeps() {
    local fields

    read -r -a fields 2>/dev/null <"/proc/$1/stat" || return 1
    [[ ${fields[2]} == S ]]
}

has_ended() {
    [[ ! -e /proc/$1 ]] || grep -q '^State:.*zombie' "/proc/$1/status" 2>/dev/null
}
