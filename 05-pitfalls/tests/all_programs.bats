#!/usr/bin/env bats
# What holds for all the programs of the chapter that print a result.

load ../../scripts/lib/test_helper

@test "pitfalls: a result that cannot be written is said, exit 1" {
    for program in locks lost_update deadlock errors reporter leaks priorities executor; do
        run bash -c "$(command_for "$program") >/dev/full"
        assert_failure 1
        assert_line --partial "$program: cannot write the result: No space left on device"
    done
}

@test "lost_update, deadlock: an unknown scene is wrong usage" {
    assert_usage_error "fixed|broken" lost_update nothing
    assert_usage_error "unexpected 'x'" lost_update fixed x
    assert_usage_error "fixed|broken" deadlock nothing
    assert_usage_error "unexpected 'x'" deadlock fixed x
}

# The slowest machine there is: a clock that runs so fast that all sleeps of a
# program end at once.
@test "pitfalls: what tasks print does not depend on how busy the machine is" {
    local scene program expected clock

    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "they want to be preloaded first"
    clock=(env LD_PRELOAD="$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)" FAKETIME="+0 x100000")
    for scene in locks "locks broken" lost_update "lost_update broken" deadlock \
        "deadlock broken" errors "errors broken" "errors unobserved" reporter; do
        read -ra program <<<"$scene"
        program[0]=$build/05-pitfalls/${program[0]}
        run timeout -s KILL 20 "${program[@]}"
        expected="$status $output"
        run timeout -s KILL 20 "${clock[@]}" "${program[@]}"
        assert_equal "$status $output" "$expected"
    done
}
