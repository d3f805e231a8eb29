#!/usr/bin/env bats
# What programs.bats checks of the programs, for the small ones in other rooms.

load ../../lib/test_helper
load ../helpers/build_lines

@test "proofs: the Build line works when pasted in a copy of its directory" {
    build_lines [0-9][0-9]-*/{proofs,tests/drivers,what_is_wrong}/*.c
}
