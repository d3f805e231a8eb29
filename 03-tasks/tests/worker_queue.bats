#!/usr/bin/env bats
# worker_queue: a bounded queue and its workers.

load ../../scripts/lib/test_helper

@test "worker_queue: prints what its asyncio twin prints" {
    same_as_twin worker_queue
    # Two with the workers, two in the queue: the fifth waits for room.
    assert_line --index 3 "queued job 4"
    assert_line --index 4 "worker 1: job 1 done"
    assert_line --index 5 "queued job 5"
}
