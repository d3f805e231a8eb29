# shellcheck shell=bash
# For setup() of the tests.

# trace_tests_only: bats calls a function of its own before each command, to know the
# line where a test fails. This takes 0.1 ms for each command. For the commands of the
# helpers, which are in files named *.bash, the call is left out: a failure in a helper
# is reported with the line of the test that called it.
trace_tests_only() {
    ! declare -F bats_debug_trap >/dev/null ||
        trap '[[ $BASH_SOURCE == *.bash ]] || bats_debug_trap "$BASH_SOURCE"' DEBUG
}
