#!/usr/bin/env bats
# Memory runs out, in every program, where it or libevent asks for some: a clear
# message and exit 1, or carrying on; nothing is left on the way out. Here at some
# of the places; allocations.soak.bats takes all.

plain_build_only=yes
load test_helper
load allocations
most=8

@test "memory: no chapter is left out" {
    for chapter in [0-9][0-9]-*; do
        grep -q "^    of_chapter ${chapter%%-*}$" scripts/allocations.bats
    done
}

@test "memory: the programs of 01" {
    of_chapter 01
}

@test "memory: the programs of 02" {
    of_chapter 02
}

@test "memory: the programs of 03" {
    of_chapter 03
}

@test "memory: the programs of 04" {
    of_chapter 04
}

@test "memory: the programs of 05" {
    of_chapter 05
}
