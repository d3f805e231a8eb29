#!/usr/bin/env bats
# What holds for all the programs of the chapter that print a result.

load ../../scripts/lib/test_helper

@test "tasks, gather, timeout …: a result that cannot be written is an error" {
    local program

    for program in callbacks tasks gather timeout worker_queue limit many; do
        run bash -c "$(command_for "$program") >/dev/full"
        assert_failure 1
        assert_output --regexp "^$program: cannot write the .*: No space left on device$"
    done
}
