#!/usr/bin/env bats
# What holds for all the programs of the chapter.

load ../../scripts/lib/test_helper
load helpers/peer

@test "pool, pool_load, transfer: what cannot be written is an error, line by line, too" {
    for program in pool "pool_load -q 50" transfer; do
        command=$(command_for "${program% -*}")${program#"${program% -*}"}
        run bash -c "$command >/dev/full"
        assert_failure 1
        assert_output --regexp "^${program% -*}: cannot write the .*: No space left on device$"
        [[ -z ${SANITIZE-}${VALGRIND-} ]] || continue # stdbuf preloads
        run bash -c "stdbuf -oL $command >/dev/full"
        assert_failure 1
        assert_output --partial ": cannot write the "
    done
}
