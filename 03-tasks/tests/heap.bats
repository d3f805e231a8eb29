#!/usr/bin/env bats
# Module heap: the order of what is due.

load ../../scripts/lib/test_helper

@test "await: the heap gives back what is due in order, equals as they came" {
    drive heap_order
    assert_output --regexp "^[0-9]+ added, [0-9]+ taken out from the middle, [0-9]+ came in order$"
}
