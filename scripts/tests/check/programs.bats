#!/usr/bin/env bats
# What stands in the first comment of a program can be pasted.

load ../../lib/test_helper
load ../helpers/build_lines

@test "programs: the Build line works when pasted in a copy of its directory" {
    build_lines [0-9][0-9]-*/*.c
}
