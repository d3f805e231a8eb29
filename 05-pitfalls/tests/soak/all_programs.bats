#!/usr/bin/env bats
# Each broken scene fails the same way, each cure holds: 100 times of 100, on an
# idle machine and on a loaded one.

load ../../../scripts/lib/test_helper

times=100
[[ -z ${SANITIZE-}${VALGRIND-} ]] || times=20

# Two busy processes a core, till the test is over.
load_machine() {
    local i

    loads=()
    for ((i = 0; i < $(nproc) * 2; i++)); do
        (while :; do :; done) 3>&- &
        loads+=($!)
    done
}

teardown() {
    local pid

    for pid in "${loads[@]}"; do
        kill -KILL "$pid"
        wait "$pid" 2>/dev/null || true
    done
    check_valgrind
}
loads=()

# always EXIT PROGRAM SCENE: the same stdout and stderr, $times times; in $first.
always() {
    local expected=$1 round

    shift
    first=''
    for ((round = 0; round < times; round++)); do
        run_program "$@"
        # A finding of valgrind or a sanitizer is what some broken scenes are for.
        [[ -n ${SANITIZE-}${VALGRIND-} ]] || assert_equal "$status" "$expected"
        if [[ -n ${SANITIZE-} && $status == 99 ]]; then
            stderr=''
        fi
        ((round > 0)) || first=$output$stderr
        assert_equal "$output$stderr" "$first"
    done
}

# both EXIT EXIT PROGRAM: its scenes broken and fixed, and they differ.
both() {
    local broken

    always "$1" "$3" broken
    broken=$first
    always "$2" "$3" fixed
    [[ $broken != "$first" ]] || fail "$3: broken is as fixed: $first"
}

all_scenes() {
    expect_findings
    both 0 0 locks
    both 0 0 lost_update
    both 0 0 deadlock
    both 1 0 errors
    always 0 errors unobserved
    both 0 1 reporter
    always 1 reporter fatal
    both 0 0 leaks
}

@test "pitfalls: the same 100 times of 100" {
    all_scenes
}

@test "pitfalls: the same 100 times of 100 on a loaded machine" {
    load_machine
    all_scenes
}
