#!/usr/bin/env bats
# leaks: what is still held after serving clients.

load ../../scripts/lib/test_helper

@test "leaks: nothing is held after ten clients" {
    run_program leaks
    assert_success
    assert_output "served 10 clients
still held: 0 descriptors, 0 allocations, 0 unfinished tasks"
}

@test "leaks broken: one of each kind is lost per client, and it says so" {
    expect_findings
    run_program leaks broken
    # Valgrind, if it watches, finds the ten allocations: then it ends with 99.
    [[ -n ${VALGRIND-} ]] || assert_success
    assert_output "served 10 clients
still held: 10 descriptors, 10 allocations, 10 unfinished tasks"
}

@test "leaks broken: valgrind finds the same ten" {
    [[ -z ${SANITIZE-} ]] || skip "valgrind cannot run a sanitizer's build"
    expect_findings
    run timeout -s KILL 60 valgrind --leak-check=full --show-leak-kinds=all \
        --track-fds=yes "$build/05-pitfalls/leaks" broken
    assert_line --partial "in 10 blocks"
    assert_equal "$(grep -c 'Open AF_INET socket' <<<"$output")" 10
}

@test "leaks: an unknown scene is wrong usage" {
    assert_usage_error "fixed|broken" leaks slowly
}

@test "leaks: without descriptors it says so and ends, whatever it had got" {
    local limit

    [[ -z ${VALGRIND-} ]] || skip "valgrind has descriptor limits of its own"
    for limit in {6..10}; do
        # shellcheck disable=SC2046 # a word list
        run --separate-stderr bash -c 'exec 3>&- 4>&-; ulimit -n "$1"; shift; exec "$@"' - \
            "$limit" $(command_for -t 10 leaks)
        ((status <= 1)) || fail "$limit descriptors: exit $status: ${stderr:0:200}"
    done
}
