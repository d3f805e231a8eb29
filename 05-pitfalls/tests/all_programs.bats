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
