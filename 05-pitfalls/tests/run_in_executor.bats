#!/usr/bin/env bats
# Module run_in_executor: what a task that awaits a job may rely on. Scenes with one
# worker and room for two jobs; what a task prints is its number, ten times that if
# the job ran.

load ../../scripts/lib/test_helper

# scene threads|processes NAME: plays it.
scene() {
    [[ $1 == threads || -z ${VALGRIND-} ]] || skip "its workers share pipes with it on purpose"
    drive await_executor "$@"
}

# both NAME OUTPUT: the same with threads and processes.
both() {
    scene threads "$1"
    assert_output "$2"
    scene processes "$1"
    assert_output "$2"
}

@test "run_in_executor: a full pool makes tasks wait for room, first come, first served" {
    both order " a job of the pool; a job of the pool; room in the pool; room in the pool;\
 gate A:10 B:20 C:30 D:40 E:50"
}

@test "run_in_executor: a cancelled job that has not begun never runs; one on a thread ends first" {
    scene threads cancel
    assert_output " C:3 (cancelled) B:2 (cancelled) gate A:10 (cancelled) D:40"
}

@test "run_in_executor: a cancelled job that a process runs is stopped" {
    scene processes cancel
    assert_output " C:3 (cancelled) B:2 (cancelled) A:1 (cancelled) D:40"
}

@test "run_in_executor: a deadline ends the wait when the thread has left the task's memory" {
    scene threads within
    assert_output " gate A:10 (timed out) B:20"
}

@test "run_in_executor: a deadline stops the process, and the next job has a worker" {
    scene processes within
    assert_output " A:1 (timed out) B:20"
}

@test "run_in_executor: of result and cancellation the first that the loop hears of wins" {
    scene threads same_pass
    assert_output " gate gate A:10 (cancelled) B:20 B's next wait: cancelled"
}

@test "run_in_executor: a stopped pool fails what has not begun, also what waits for room" {
    both stop " D:4 (the pool was stopped) B:2 (the pool was stopped) C:3 (the pool was stopped)\
 gate A:10"
}

@test "run_in_executor: a freed pool ends every wait" {
    scene threads free
    assert_output " gate B:2 (the pool was stopped) A:10 C:3 (the pool was stopped)\
 D:4 (the pool was stopped)"
    scene processes free
    assert_output " B:2 (the pool was stopped) A:1 (the pool was stopped) C:3 (the pool was stopped)\
 D:4 (the pool was stopped)"
}

@test "run_in_executor: tasks that ask again at once starve no timer" {
    for kind in threads processes; do
        [[ $kind == threads || -z ${VALGRIND-} ]] || continue
        # Each turn waits for a thread or a process.
        run_program -t 60 tests/drivers/await_executor "$kind" heartbeat
        assert_success
        assert_output --regexp "^ at most [1-9][0-9]? turns between two beats$"
    done
}

@test "run_in_executor: 128 KiB go to a process and come back; more than agreed is an error" {
    scene processes large
    assert_output " 0 wrong; one byte more: no argument, or one larger than the pool allows;\
 none: no argument, or one larger than the pool allows"
}

@test "run_in_executor: a worker that dies in the middle of its answer fails that job only" {
    scene processes broken
    assert_output " A:0 (the worker process died) B:0 (the worker process died) C:30"
}
