#!/usr/bin/env bats
# Module process_pool: its rules.

load ../../scripts/lib/test_helper
load helpers/executor

@test "process_pool: results that submit the next job starve no timer, even if each is cancelled" {
    [[ -z ${VALGRIND-} ]] || skip "its workers share pipes with it on purpose"
    for scene in processes processes_cancel; do
        run_program -t 60 tests/drivers/heartbeat "$scene" # each turn waits for a process
        assert_success
        assert_output --regexp "^400 turns, at most [1-9][0-9]? between two beats$"
    done
}

@test "process_pool: order, room, cancelling, stopping, dying, as its header says" {
    [[ -z ${VALGRIND-} ]] || skip "its workers share pipes with it on purpose"
    rules processes
    assert_equal "$(rule "the owner goes in mid-job")" \
        "1→10|1→the job was cancelled room: at once|2→20|2→20|4→40|stopped: 1,"
    assert_line "stop, and the last owner goes: 1→the job was cancelled the loop ends: 1"
    assert_line "free: each is answered: 1→the pool was stopped 1→the pool was stopped 2→the pool was stopped"
    assert_line "free, one is over: 2→the job was cancelled 1→the pool was stopped 1→the pool was stopped"
    assert_equal "$(rule "a worker dies, is replaced")" \
        "1000→the worker process died|1000→the worker process died|1→10|1→10"
    assert_line "a job exits: 1002→the worker process died"
    # What was printed before the fork is not printed again by its exit.
    assert_equal "$(grep -c "a job exits" <<<"$output")" 1
    assert_line "a job gets the signal that it wants: one the same, woken"
    assert_line "a program that a job executes: ended by: 3000→12" # SIGUSR2
}

@test "process_pool: to cancel costs the same in any order" {
    [[ -z ${VALGRIND-} ]] || skip "its workers share pipes with it on purpose"
    drive any_order processes 20000
    awk -F': ' '$2 + 0 >= 50 { exit 1 }' <<<"$output" || fail "$output"
}
