#!/usr/bin/env bats
# Module task_main: the exit status, the messages, and what is left at the end.

load ../../scripts/lib/test_helper

nothing_left="left: 0 allocations, 0 descriptors"

@test "task_main: a main task that succeeds means exit 0, and no message" {
    run_program tests/drivers/main_ends succeeds
    assert_success
    assert_output "main begins
main ends
$nothing_left"
    assert_equal "$stderr" ""
}

@test "task_main: a main task that fails is reported, exit 1" {
    run_program tests/drivers/main_ends fails
    assert_failure 1
    assert_output "main begins
$nothing_left"
    assert_equal "$stderr" "main_ends: task main failed: Simulated error"
}

@test "task_main: a task that failed and was never awaited is reported, exit 1" {
    run_program tests/drivers/main_ends unobserved
    assert_failure 1
    assert_line "main ends"
    assert_line "$nothing_left"
    assert_equal "$stderr" "main_ends: task other failed, nobody awaited it: Simulated error"
}

@test "task_main: a task that is left over is cancelled, exit 0" {
    run_program tests/drivers/main_ends leftover
    assert_success
    assert_output "main begins
main ends
the other task was cancelled
$nothing_left"
    assert_equal "$stderr" ""
}

# Each link that walks along the chain makes 20,000,000,000 steps of it.
@test "task_main: 200,000 tasks, each awaits the next or the one before, begin and are cancelled at once" {
    local scene

    for scene in chain queue; do
        run_program tests/drivers/main_ends "$scene"
        assert_success
        assert_output "main begins
main ends
200000 links were cancelled
$nothing_left"
    done
}

@test "task_main: the shortest and the longest time that a number can hold are times" {
    run_program tests/drivers/main_ends times
    assert_success
    assert_output "main begins
main ends
$nothing_left"
}

# libevent has a substitute for some of what it cannot allocate: exit 0 then.
@test "task_main: lack of memory for the loop or for its timer is reported, exit 1" {
    local n loops=0 timers=0

    for n in {1..12}; do # libevent allocates 7 times
        run_program tests/drivers/main_ends "$n"
        assert_line "$nothing_left"
        if ((status == 0)); then
            assert_line "main ends"
        elif [[ $stderr == *"main_ends: cannot make an event loop: out of resources" ]]; then
            assert_failure 1
            refute_line "main begins"
            loops=$((loops + 1))
        else
            assert_failure 1
            assert_equal "$stderr" \
                "main_ends: task main waits in vain: the event loop failed"
            timers=$((timers + 1))
        fi
    done
    ((loops >= 3 && timers == 1)) || fail "without a loop: $loops, without its timer: $timers"
}

@test "task_main: a result that cannot be written is reported, exit 1" {
    run bash -c "$(command_for tests/drivers/main_ends) >/dev/full"
    assert_failure 1
    assert_output "main_ends: cannot write the result: No space left on device"
}
