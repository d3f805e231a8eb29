#!/usr/bin/env bats
# Memory runs out, in every program, everywhere: once, and from then on.

plain_build_only=yes
load ../../lib/test_helper
load ../helpers/ways
load ../helpers/allocations
most=0

@test "memory: each allocation of each program fails once" {
    for chapter in [0-9][0-9]-*; do
        of_chapter "${chapter%%-*}"
    done
}

@test "memory: from each allocation of each program on, all fail" {
    suffix=+
    for chapter in [0-9][0-9]-*; do
        of_chapter "${chapter%%-*}"
    done
}
