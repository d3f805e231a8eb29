#!/usr/bin/env bats
# sources: the four kinds of events.

load ../../scripts/lib/test_helper

@test "sources: each of the four kinds of news, in its order, as its twin" {
    same_as_twin sources
    assert_equal "${#lines[@]}" 4
}
