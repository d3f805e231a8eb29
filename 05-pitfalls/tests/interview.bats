#!/usr/bin/env bats
# Proves the answers of interview.md: a test's name begins with its card's id.

load ../../scripts/lib/test_helper
load helpers/asan
load helpers/executor
load ../../scripts/tests/helpers/allocations

@test "05-01 ten tasks on one thread read, yield and write: nine updates are lost" {
    same_as_twin lost_update broken
    assert_output "10 deposits of 10: balance 10"
}

@test "05-01 without a yield between reading and writing none is lost" {
    same_as_twin lost_update
    assert_output "10 deposits of 10: balance 100"
}

@test "05-01 without a lock the sum of the usual example is right, only what is printed is wrong" {
    same_as_twin locks broken
    refute_line "Incremented, value: 1"
    run_program locks broken
    assert_equal "$stderr" "locks: the sum is 10"
}

@test "05-01 asyncio: += 1 loses nothing, += await loses all but one" {
    prove_python plus_equals
    assert_output "value += 1: 10
value += await one(): 1"
}

@test "05-02 with the lock held across the yield, each task sees its own" {
    same_as_twin locks
    assert_line --index 0 "Incremented, value: 1"
    assert_line --index 9 "Incremented, value: 10"
}

@test "05-02 an async lock hands itself on in the order of asking" {
    drive lock_rules fifo
    assert_output "member 0 has the lock
member 1 has the lock
member 2 has the lock
member 3 has the lock
4 of 4 had it; at the end it is free"
}

@test "05-02 no barging: a task that asks at once after its release is the last" {
    drive lock_rules barging
    assert_output "member 0 has the lock
member 1 has the lock
member 2 has the lock
member 3 has the lock
main has it again
4 of 4 had it; at the end it is free"
}

@test "05-02 tasks that only release and ask again starve no timer" {
    for tasks in 2 8; do
        drive lock_heartbeat "$tasks"
        assert_output --regexp "^2000[0-9] turns, at most [1-9][0-9]? between two beats$"
    done
}

@test "05-03 a cancelled waiter leaves the queue; one that was handed the lock keeps it and releases it" {
    drive lock_rules cancelled
    assert_output "member 1 cancelled
member 0 has the lock
member 2 has the lock
member 3 has the lock
3 of 4 had it; at the end it is free"
    drive lock_rules handed
    assert_output "member 0 has the lock
member 0 cancelled
member 1 has the lock
member 2 has the lock
member 3 has the lock
4 of 4 had it; at the end it is free"
}

@test "05-03 a waiter whose deadline passes leaves the queue" {
    drive lock_rules deadline
    assert_output "member 0 timed out
member 1 timed out
member 2 has the lock
member 3 has the lock
2 of 4 had it; at the end it is free"
}

@test "05-03 a release by another task does nothing, and asking twice is an error" {
    drive lock_rules misuse
    assert_output "main holds that lock already
release by member 1, which waits: 0
release by main: 1
release once more: 0
member 0 has the lock
member 1 has the lock
member 2 has the lock
member 3 has the lock
4 of 4 had it; at the end it is free"
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

@test "05-04 a limit to the wait ends it: the task that gives up lets the other one through" {
    drive lock_rules limited
    assert_output "member 0: timed out, gives back what it holds
member 1 holds both"
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

@test "05-05 an error that nothing awaits does not bring the loop down; it is reported at the end, exit 0" {
    same_as_twin errors unobserved
    run_program errors unobserved
    assert_success
    [[ $stderr == *"sibling 1 finished"*"sibling 2 finished"* ]] || fail "$stderr"
    [[ $stderr == *"errors: task fail failed, nobody awaited it: Simulated error" ]] || fail "$stderr"
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
    for sibling in "sibling 1" "sibling 2"; do
        [[ $stderr == *"$sibling was cut off"*"$sibling cleaned up"* ]] || fail "$stderr"
    done
    [[ $stderr != *finished* ]] || fail "$stderr"
}

@test "05-06 asyncio: gather lets the siblings go on, a TaskGroup cancels them" {
    needs_python
    "$python" -c 'import asyncio; asyncio.TaskGroup' 2>/dev/null || skip "TaskGroup needs Python 3.11"
    prove_python siblings
    assert_line "gather: Simulated error"
    assert_line "gather: the sibling finished"
    assert_line "return_exceptions: [RuntimeError('Simulated error'), 'a result']"
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
    output=$(sed "/free'd/q" <<<"$output") # it goes on so
    show "valgrind wrong_order base"
    assert_output --regexp "Invalid read of size .* event_callback_finalize.* inside a block .* free'd"
}

@test "05-09 AddressSanitizer says nothing about what only libevent touches" {
    # What is lost at the end it may find, or not: the last pointers are in freed memory.
    leaks=0 with_asan -0 proofs/wrong_order base
    assert_output freed
}

@test "05-09 in the right order nothing is found" {
    prove wrong_order none
    assert_output freed
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || return 0 # these have looked already
    with_asan -0 proofs/wrong_order none
    run -0 timeout -s KILL 60 valgrind -q --leak-check=full --show-leak-kinds=all \
        --errors-for-leak-kinds=all --error-exitcode=99 \
        "$build/05-pitfalls/proofs/wrong_order" none
    assert_output freed
}

@test "05-10 a listener that could not be enabled is deaf; only enabling it again tells" {
    local refused deaf

    prove deaf_listener
    read -r refused deaf < <(sed -nE \
        's/.*NULL in ([0-9]+) cases; .* waits for nothing in ([0-9]+)$/\1 \2/p' <<<"$output")
    ((deaf >= 1))
    ((refused + deaf < 30)) || fail "where nothing failed it listens: $output"
    assert_line "evconnlistener_enable tells it in $deaf of these"
}

@test "05-10 each allocation of leaks and of libevent in it fails in turn: it says so, ends with 1, keeps nothing" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "it counts by itself"
    ways_to_run() { echo ./leaks; } # and not its broken scene
    fail_allocations 05-pitfalls/leaks 0
    output="the last of them: exit $status, it said:
$complaint
$(<"$report")"
    show "ALLOCATION=N LD_PRELOAD=allocation_failure.so leaks, N = 1, 2, 3 …"
    [[ $output == *"not freed 0, open:" ]]
}

# number WORDS: the number that follows these words in $output.
number() {
    sed -nE "s|.*$1 *([0-9]+).*|\1|p" <<<"$output"
}

# pools: the kinds of executor_rules; under valgrind its processes share pipes with it.
pools() {
    echo threads
    [[ -n ${VALGRIND-} ]] || echo processes
}

# build NAME FLAG…: a proof of its own, for a tool that make test's builds lack.
build() {
    local source=05-pitfalls/proofs/$1.c
    shift
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "it has a build of its own"
    "${CC:-gcc}" "$@" -x c -o "$BATS_TEST_TMPDIR/proof" - <<<'int main(void) { return 0; }' ||
        skip "this compiler cannot: $*"
    # shellcheck disable=SC2046 # a list of flags
    "${CC:-gcc}" -g -O1 -std=gnu11 "$@" -o "$BATS_TEST_TMPDIR/proof" \
        -I05-pitfalls/modules "$source" 05-pitfalls/modules/{job,thread_pool}.c \
        $(pkg-config --cflags --libs libevent libevent_pthreads) -pthread
}

helgrind() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "helgrind takes the plain build"
    run timeout -s KILL 60 valgrind -q --tool=helgrind --error-exitcode=99 \
        "$build/05-pitfalls/$1" "${@:2}"
    show "valgrind --tool=helgrind ${1#proofs/} ${*:2}"
}

@test "05-11 a computation on the loop stops its heartbeat for as long; in a pool it goes on" {
    local blocked n

    block_the_loop
    run_program -t 30 executor processes -n "$n"
    (($(gap) < blocked / 2)) || fail "$(gap) ms, on the loop: $blocked ms"
}

@test "05-12 a wake-up from another thread: lost without locking, at once with it or by a descriptor" {
    prove thread_wakeup wrong
    (($(number "arrived after") >= 1900))
    prove thread_wakeup evthread
    (($(number "arrived after") < 1900))
    prove thread_wakeup eventfd
    (($(number "arrived after") < 1900))
}

@test "05-13 helgrind sees the wrong wake-up inside of libevent, and nothing in the right ones" {
    helgrind proofs/thread_wakeup wrong
    assert_equal "$status" 99
    assert_output --partial "Possible data race"
    assert_output --partial "event_callback_activate_nolock_"
    helgrind proofs/thread_wakeup evthread
    assert_success
    helgrind proofs/thread_wakeup eventfd
    assert_success
}

@test "05-13 ThreadSanitizer cannot see into libevent: the wrong wake-up passes" {
    build thread_wakeup -fsanitize=thread
    TSAN_OPTIONS=exitcode=99 run timeout -s KILL 30 "$BATS_TEST_TMPDIR/proof" wrong
    show "thread_wakeup wrong, built with -fsanitize=thread"
    assert_success
    refute_output --partial "data race"
    # The activation had its effect: without it the event would have come after 10 s.
    (($(number "arrived after") < 9000)) || fail "it was not sent: $output"
}

@test "05-13 ThreadSanitizer sees a race in a struct of ours, and none with the mutex" {
    build shared_queue -fsanitize=thread
    TSAN_OPTIONS=exitcode=99 run timeout -s KILL 30 "$BATS_TEST_TMPDIR/proof" unlocked
    show "shared_queue unlocked, built with -fsanitize=thread"
    assert_equal "$status" 99
    assert_output --partial "WARNING: ThreadSanitizer: data race"
    TSAN_OPTIONS=exitcode=99 run timeout -s KILL 30 "$BATS_TEST_TMPDIR/proof" locked
    assert_success
    assert_output "2000 results"
}

@test "05-13 asyncio, in debug mode: call_soon looks at its thread" {
    prove_python call_soon
    assert_line --index 0 --regexp "^call_soon from a thread, in debug mode: Non-thread-safe operation"
}

@test "05-13 helgrind sees that race, too" {
    helgrind proofs/shared_queue unlocked
    assert_equal "$status" 99
    assert_output --partial "Possible data race"
    helgrind proofs/shared_queue locked
    assert_success
    assert_output "2000 results"
}

@test "05-13 our thread_pool is clean in helgrind" {
    helgrind tests/drivers/executor_rules threads
    assert_success
}

@test "05-13 and the executor on it" {
    helgrind executor threads -w 2 -j 300 -n 100
    assert_success
    assert_equal "$(grep -c "Result: 4950" <<<"$output")" 300
}

@test "05-14 a thousand activations are one callback" {
    prove coalesced
    assert_output "event_active called 1000 times: callbacks: 1"
}

@test "05-14 asyncio: call_soon_threadsafe merges nothing" {
    prove_python call_soon
    assert_line "call_soon_threadsafe 1000 times: callbacks: 1000"
}

@test "05-15 the client has gone, its job has not: a use after free" {
    build owner_gone -fsanitize=address
    # The client's memory is freed on the loop before the loop runs.
    ASAN_OPTIONS=exitcode=99 run timeout -s KILL 30 "$BATS_TEST_TMPDIR/proof" naive
    show "owner_gone naive, built with -fsanitize=address"
    assert_equal "$status" 99
    assert_output --partial "heap-use-after-free"
    ASAN_OPTIONS=exitcode=99 run timeout -s KILL 30 "$BATS_TEST_TMPDIR/proof" cancel
    assert_success
}

@test "05-15 a client that waits for done is freed there" {
    prove owner_gone cancel
    assert_output "the loop has ended"
}

@test "05-16 two threads of Python share one core" {
    prove_python gil
    awk '{ exit !($NF <= 1.3) }' <<<"$output" || fail "$output"
}

@test "05-17 a worker process that dies fails its job, and the pool refills" {
    [[ -z ${VALGRIND-} ]] || skip "its workers share pipes with it on purpose"
    drive executor_rules processes
    # In which order the four are told is the machine's choice.
    assert_equal "$(sed -n 's/^a worker dies, is replaced: //p' <<<"$output" |
        sed 's/the worker process died/died/g' | xargs -n 1 | sort | xargs)" \
        "1000→died 1000→died 1→10 1→10"
}

@test "05-17 in asyncio it breaks the pool for all" {
    prove_python broken_pool
    assert_output "asyncio: one worker of two dies, four jobs: BrokenProcessPool BrokenProcessPool BrokenProcessPool BrokenProcessPool
the next one: BrokenProcessPool"
}

@test "05-18 a child of a process with threads has one thread, and a lock that nobody will free" {
    prove fork_threads
    assert_output "child, its holder is not here: threads: 1, the lock: held
parent, the holder is done: the lock: free"
}

@test "05-18 a child that frees the base makes its parent deaf, unless it calls event_reinit" {
    prove fork_base
    assert_output "the child frees the base:        the parent is deaf to its pipe
the child calls event_reinit:    the parent hears of its pipe"
}

@test "05-18 Python's os.fork warns from 3.12 on; a pool has a fork server from 3.14 on" {
    prove_python fork_warning
    if python_is_at_least 3.12; then
        assert_line "os.fork, two threads: DeprecationWarning"
    else
        assert_line "os.fork, two threads: silent"
    fi
    if python_is_at_least 3.14; then
        assert_line "workers are started by: forkserver"
    else
        assert_line "workers are started by: fork"
    fi
}

@test "05-19 a full pool refuses a job, and calls back when there is room" {
    for kind in $(pools); do
        drive executor_rules "$kind"
        assert_line --regexp "^full at 4, room after an answer: full .* room .*taken 6→60$"
    done
}

@test "05-19 a task that awaits run_in_executor waits for room, first come, first served" {
    drive await_executor threads order
    assert_output --regexp "room in the pool; gate A:10 B:20 C:30 D:40 E:50$"
}

@test "05-20 what has not started never runs; a thread that runs computes to the end" {
    drive executor_rules threads
    assert_line --regexp "^cancelled before it starts: never runs: taken back: 1, .* 3→the job was cancelled "
    assert_line --regexp "^the owner goes in mid-job: stopped: 0, room: not yet"
}

@test "05-20 a process that runs is stopped" {
    [[ -z ${VALGRIND-} ]] || skip "its workers share pipes with it on purpose"
    drive executor_rules processes
    assert_line --regexp "^the owner goes in mid-job: stopped: 1, 1→the job was cancelled room: at once"
}

@test "05-20 a task whose job runs on a thread is told when that is over, in a process at once" {
    drive await_executor threads within
    assert_output " gate A:10 (timed out) B:20"
    [[ -n ${VALGRIND-} ]] || drive await_executor processes within
    [[ -n ${VALGRIND-} ]] || assert_output " A:1 (timed out) B:20"
}

@test "05-20 asyncio tells the awaiter, and the thread computes to the end" {
    prove_python cancel_running
    assert_output "cancelled while it waits: True
cancelled while it runs: False
asyncio: who awaits it is told: cancelled
the thread computed to the end: True"
}

@test "05-21 event_del from another thread waits for the callback, which waits for its lock" {
    prove delete_waits
    assert_output "callback: gave up: the lock is held by who waits for me
thread: event_del has returned, the lock is free again"
}

@test "05-22 urgent first needs a class, and a bound on what runs between two looks" {
    run_program priorities first
    assert_line "urgent 1: ready at 100, ran at 1000 of 1000: waited for 900"
    run_program priorities
    assert_line --regexp "^urgent 1: ready at 100, ran at 1[01][0-9] of 1000"
}

@test "05-22 one event for many small tasks does as well" {
    run_program priorities grouped
    assert_line --regexp "^urgent 1: ready at 100, ran at 1[01][0-9] of 1000"
}

@test "05-23 a busy urgent class starves the one below it" {
    prove starved_class
    assert_output "one class:   the low event ran after 1 of 1000
two classes: the low event ran after 1000 of 1000"
}

@test "05-24 stopping: what is queued is finished, or fails; nobody waits for ever" {
    for kind in $(pools); do
        drive executor_rules "$kind"
        assert_line --regexp "^stop and finish: stopped( 1→10| 2→20){3}, the loop ends: 1$"
        assert_line --regexp "^stop and drop: 2→the pool was stopped 4→the pool was stopped 1→10 1→10, the loop ends: 1$"
    done
}

@test "05-24 asyncio's Server.wait_closed waits for an idle client, from Python 3.12 on" {
    local returned="after close_clients: wait_closed has returned"

    prove_python server_close
    if python_is_at_least 3.12; then
        assert_line "asyncio, a client is idle: wait_closed waits"
    else
        assert_line "asyncio, a client is idle: wait_closed has returned"
    fi
    if python_is_at_least 3.13; then
        assert_line "$returned"
    else
        refute_line "$returned"
    fi
}

@test "05-15 owners who vanish at random: each job answered or forgotten, nothing left" {
    for kind in threads processes; do
        drive vanishing $kind 300
        assert_output "300 jobs: answered or vanished: 300, wrong: 0
left: owners: 0, descriptors: 0, children: none"
    done
}
