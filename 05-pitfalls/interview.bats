#!/usr/bin/env bats
# Proves the answers of interview.md: a test's name begins with its card's id.

load ../scripts/test_helper
load asan
load ../scripts/allocations

@test "05-01 ten tasks on one thread read, yield and write: nine updates are lost" {
    same_as_twin lost_update broken
    assert_output "10 deposits of 10: balance 10"
}

@test "05-01 without a yield between reading and writing none is lost" {
    same_as_twin lost_update
    assert_output "10 deposits of 10: balance 100"
}

@test "05-02 with the lock held across the yield, each task sees its own" {
    same_as_twin locks
    assert_line --index 0 "Incremented, value: 1"
    assert_line --index 9 "Incremented, value: 10"
}

@test "05-02 an async lock hands itself on in the order of asking, and the callbacks come from the loop" {
    prove lock_rules fifo
    assert_output "task 0 has the lock
task 1 has the lock
task 2 has the lock
task 3 has the lock
at the end: free, 0 wait"
}

@test "05-02 no barging: who asks at once after his release is the last" {
    prove lock_rules barging
    assert_output "task 0 has the lock
task 0 asks again, at once: 0
task 1 has the lock
task 2 has the lock
task 3 has the lock
task 0 has the lock
at the end: free, 0 wait"
}

@test "05-03 a cancelled waiter leaves no trace; one the lock was given to passes it on" {
    prove lock_rules cancelled
    assert_output "task 0 has the lock
cancel task 2, who waits: 0
cancel him again: -1
task 1 has the lock
task 3 has the lock
at the end: free, 0 wait"
    prove lock_rules given
    assert_output "task 0 has the lock
cancel task 1, to whom it was given: 0
task 2 has the lock
task 3 has the lock
at the end: free, 0 wait"
}

@test "05-03 a waiter that times out leaves no trace" {
    prove lock_rules timeout
    assert_output "task 0 has the lock
task 3 timed out, 2 still wait
task 2 timed out, 1 still wait
task 1 timed out, 0 still wait
at the end: free, 0 wait"
}

@test "05-03 release by a non-owner is an error, and so is asking twice" {
    prove lock_rules misuse
    assert_output "task 0 has the lock
release by task 1, who waits: -1
ask again while it is held: -1, while waiting: -1
cancel by task 0, who holds: -1
release it twice: -1
task 1 has the lock
task 2 has the lock
task 3 has the lock
at the end: free, 0 wait"
}

@test "05-03 asyncio: no barging, a cancelled waiter passes it on, but anybody may release" {
    prove_python lock_rules
    assert_output "0 has the lock
1 has the lock
2 has the lock
0 has it again
3 has the lock
released by a stranger: True"
}

@test "05-04 two locks in opposite order: the circle is found and named" {
    same_as_twin deadlock broken
    assert_line "deadlock: B waits for left, A waits for right"
    assert_line "0 of 2 tasks are done"
}

@test "05-04 in one order both get through" {
    same_as_twin deadlock
    assert_line "2 of 2 tasks are done"
}

@test "05-05 an error that nobody reads is reported at the end, the exit status is still 0" {
    same_as_twin errors unobserved
    run_program errors unobserved
    assert_success
    [[ $stderr == *"task exception was never retrieved: Simulated error" ]] || fail "$stderr"
}

@test "05-06 an error that is caught leaves the siblings alone" {
    same_as_twin errors
    run_program errors
    assert_output "Caught exception: Simulated error"
    [[ $stderr == *"sibling 1 finished"*"sibling 2 finished"* ]] || fail "$stderr"
}

@test "05-06 an error that main lets through cuts the siblings off, and they clean up" {
    run_program errors broken
    assert_failure 1
    [[ $stderr == *"sibling 1 was cut off"*"sibling 1 cleaned up"* ]] || fail "$stderr"
}

@test "05-06 asyncio: gather lets the siblings go on, a TaskGroup cancels them" {
    needs_python
    "$python" -c 'import asyncio; asyncio.TaskGroup' 2>/dev/null || skip "TaskGroup needs Python 3.11"
    prove_python siblings
    assert_line "gather: the sibling finished"
    assert_line "TaskGroup: the sibling was cancelled"
}

@test "05-07 with a reporter the exit status tells, without one it is 0" {
    run_program reporter
    assert_failure 1
    assert_line "2 failures reached the reporter"
    run_program reporter broken
    assert_success
    assert_line "0 failures reached the reporter"
    assert_equal "$stderr" ""
}

@test "05-07 what libevent dies of reaches it, too" {
    expect_findings # no clean-up from within libevent's last call
    run_program reporter fatal
    [[ $stderr == *"reporter: libevent: cannot go on" ]] || fail "$stderr"
}

@test "05-08 a program that counts what it holds finds one of each kind lost per client" {
    expect_findings
    run_program leaks broken
    assert_line "still held: 10 descriptors, 10 allocations, 10 unfinished tasks"
    run_program leaks
    assert_line "still held: 0 descriptors, 0 allocations, 0 unfinished tasks"
}

@test "05-08 valgrind finds the same ten allocations and ten descriptors" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "it runs valgrind by itself"
    run timeout -s KILL 60 valgrind --leak-check=full --track-fds=yes \
        "$build/05-pitfalls/leaks" broken
    show "valgrind --leak-check=full --track-fds=yes leaks broken"
    assert_line --regexp "definitely lost: .* in 10 blocks"
    assert_equal "$(grep -c 'Open AF_INET socket' <<<"$output")" 10
}

@test "05-08 AddressSanitizer finds the same ten allocations, and no descriptor" {
    with_asan leaks broken
    assert_line --partial "leaked in 10 allocation(s)."
    refute_output --partial socket
}

@test "05-09 a struct that is freed before its bufferevent: AddressSanitizer sees the last callback" {
    with_asan proofs/wrong_order session
    assert_line --partial heap-use-after-free
    assert_line --regexp "in on_readable .*wrong_order.c"
}

@test "05-09 a base that is freed before its bufferevents: valgrind sees it, inside libevent" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "it runs valgrind by itself"
    run timeout -s KILL 60 valgrind -q "$build/05-pitfalls/proofs/wrong_order" base
    output=$(head -n 5 <<<"$output") # it goes on so
    show "valgrind wrong_order base"
    assert_output --regexp "Invalid read of size .* event_callback_finalize.* inside a block .* free'd"
}

@test "05-09 in the right order nothing is found" {
    prove wrong_order none
    assert_output freed
}

@test "05-10 a listener that could not be enabled is deaf; only enabling it again tells" {
    local deaf

    prove deaf_listener
    deaf=$(sed -nE 's/.*waits for nothing in ([0-9]+)/\1/p' <<<"$output")
    ((deaf >= 1))
    assert_line "evconnlistener_enable tells it in $deaf of these"
}

@test "05-10 each allocation of leaks and of libevent in it fails in turn: it says so, ends with 1, keeps nothing" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "it counts by itself"
    fail_allocations 05-pitfalls/leaks 0
    output="the last of them: exit $status, it said:
$complaint
$(<"$report")"
    show "ALLOCATION=N LD_PRELOAD=allocation_failure.so leaks, N = 1, 2, 3 …"
    [[ $output == *"not freed 0, open:" ]]
}
