#!/usr/bin/env bats
# reporter: every failure that nobody reads reaches one place.

load ../../scripts/lib/test_helper

# both SCENE: runs program and twin: the same stdout, the same exit status.
both() {
    local ours status_of_ours

    needs_python
    run_program reporter "$1"
    ours=$output status_of_ours=$status
    run --separate-stderr timeout 20 "$python" 05-pitfalls/reporter.py "$1"
    assert_equal "$ours" "$output"
    assert_equal "$status_of_ours" "$status"
}

@test "reporter: what nobody read is reported, what was read is not, exit 1" {
    run_program reporter
    assert_failure 1
    assert_output "read task failed, and its owner reads: Simulated error
2 failures reached the reporter"
    [[ $stderr == "reporter: libevent: event_base_loop: reentrant invocation."*"
reporter: unread task: Simulated error" ]] || fail "$stderr"
    both fixed
}

@test "reporter broken: all is quiet, exit 0" {
    run_program reporter broken
    assert_success
    assert_output "read task failed, and its owner reads: Simulated error
0 failures reached the reporter"
    assert_equal "$stderr" ""
    both broken
}

@test "reporter fatal: what ends the process passes the reporter first" {
    expect_findings # no clean-up from within libevent's last call
    run_program reporter fatal
    [[ -n ${VALGRIND-} ]] || assert_failure 1
    assert_line "4 failures reached the reporter"
    [[ $stderr == *"event_enable_debug_mode must be called *before*"*"libevent: cannot go on"* ]] ||
        fail "$stderr"
}

@test "reporter: an unknown scene is wrong usage" {
    assert_usage_error "fixed|broken|fatal" reporter nothing
}
