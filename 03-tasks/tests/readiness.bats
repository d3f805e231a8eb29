#!/usr/bin/env bats
# Module readiness: a task that waits for a descriptor.

load ../../scripts/lib/test_helper

@test "await: a task that reads a descriptor wakes when there is something to read" {
    drive pipe_reader
    assert_output "reader: waits
writer: wrote
reader: got hello
reader: timed out
reader: a second one may not wait: awaits a task that another awaits already
reader: end of file"
}
