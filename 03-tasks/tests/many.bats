#!/usr/bin/env bats
# many: what a task costs.

load ../../scripts/lib/test_helper

@test "many: a million tasks, at most 160 bytes each" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "their memory is not ours"
    run_program -t 300 many -n 1000000 -k 2
    assert_success
    assert_line "tasks        1000000"
    (($(sed -n 's|^bytes/task *||p' <<<"$output") <= 160)) || fail "$output"
}

@test "many: a few tasks, few switches, and what it says of itself" {
    run_program many -n 100 -k 5
    assert_success
    assert_equal "$(cut -d ' ' -f 1 <<<"$output")" "tasks
bytes/task
timers/s
switches/s"
}

@test "many: wrong usage is said in one line" {
    assert_usage_error "unexpected '0'" many -n 0
    assert_usage_error "unexpected '1'" many -k 1
    assert_usage_error "unexpected '10x'" many -n 10x
    assert_usage_error "unexpected '-n'" many -n
    assert_usage_error "unexpected '5'" many 5
}

@test "many: its twin takes the same arguments and prints the same lines" {
    needs_python
    run -0 timeout 20 "$python" "$root/03-tasks/many.py" -n 100 -k 5
    assert_line --index 0 "tasks        100"
    assert_line --regexp "^switches/s   [0-9]+$"
}
