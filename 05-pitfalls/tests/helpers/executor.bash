# shellcheck shell=bash
# For tests of executor, and of the processes of a program with a process_pool:
# the program runs under timeout then, whose process is $server.

# gap: the executor's longest gap of the heartbeat, in whole ms.
gap() {
    sed -n 's/.*longest gap of the 10 ms heartbeat: \([0-9]*\)\..*/\1/p' <<<"$stderr"
}

# block_the_loop: sets $n to so many numbers that executor broken blocks its
# loop for long beside what a busy machine adds to a gap, and $blocked to the
# ms. How many that is depends on the machine and the build.
block_the_loop() {
    n=20000000 blocked=0
    until ((blocked > 400)); do
        ((n < 5000000000)) || fail "a gap of $blocked ms only"
        ((n *= 2))
        run_program -t 30 executor broken -n "$n"
        assert_success
        blocked=$(gap)
    done
}

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

# rule NAME: what it printed under it, in any order: workers race.
rule() {
    sed -n "s/^$1: //p" <<<"$output" | sed -E 's/ ?([0-9]+)→/\n\1→/g; s/, /\n/' |
        sort | sed '/^$/d' | paste -sd '|'
}

# rules threads|processes: what tests/drivers/executor_rules shows of that pool. That
# each job is answered once, the driver counts: see the end of each scene.
rules() {
    drive executor_rules "$1"
    refute_output --partial "jobs, done:"
    assert_line "any order, each to its owner: 2→20 4→40 1→10"
    assert_equal "$(rule "cancelled before it starts: never runs")" \
        "1→10|1→10|3→the job was cancelled taken|4→40|6→60|again: 0|taken back: 1"
    assert_line --regexp "^full at 4, room after an answer: full .* room .*taken 6→60$"
    assert_equal "$(rule "stop and finish")" "1→10|1→10|2→20|stopped|the loop ends: 1"
    assert_equal "$(rule "stop and drop")" \
        "1→10|1→10|2→the pool was stopped|4→the pool was stopped|the loop ends: 1"
    assert_line "stop, and a submitter waits for room: full room stopped, 1→10 1→10 1→10 1→10"
}
