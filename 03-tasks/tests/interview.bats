#!/usr/bin/env bats
# Proves the answers of interview.md: a test's name begins with its card's id.

load ../../scripts/lib/test_helper
load ../../scripts/lib/peer
load helpers/tree

@test "03-01 a task without macros: a step, a note, a return" {
    prove by_hand
    assert_output "sleeper 1: begins
sleeper 2: begins
sleeper 2: goes on
sleeper 1: goes on"
}

@test "03-01 callbacks, tasks and asyncio print the same" {
    same_as_twin tasks
    run_program callbacks
    assert_output "Task 2 completed
Task 1 completed"
}

@test "03-02 the awaiter runs after a bystander that was ready before" {
    prove order
    assert_line "order: completes bystander awaiter"
}

@test "03-02 asyncio keeps the same order" {
    prove_python order
    assert_output "order: completes bystander awaiter"
}

@test "03-02 a chain of 100,000 awaits ends, and is cancelled, on a stack of 64 KiB" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "their own stack is larger than that"
    prove chain
    assert_output "100000 links, the first ends with: the last link has failed
100000 links, the first ends with: cancelled"
}

@test "03-03 equal deadlines end as they began; yielding lets other events through" {
    prove order
    assert_line "equal sleeps, begun 0 … 7, end: 0 1 2 3 4 5 6 7"
    assert_line --regexp "^a task that yields 200000 times .*: yes$"
}

@test "03-03 tasks that wake each other, alone or with a callback, starve no timer" {
    local scene

    for scene in yield queue semaphore child group event; do
        drive heartbeat "$scene"
        assert_output --regexp "^2000[01] steps, at most [1-9][0-9]? between two beats$"
    done
}

@test "03-04 gather: argument order, the first error, siblings go on; as in asyncio" {
    same_as_twin gather
    assert_line --index 4 "results: 9 4 1"
    assert_line --index 6 "error: zero has no place here"
    assert_line --index 7 "  squared 1"
}

@test "03-04 asyncio says nothing of a gather's second error" {
    prove_python gather_errors
    assert_output "caught: first
nothing was said of the second"
}

@test "03-05 a group cancels the siblings, waits for them, then reports; as in asyncio" {
    same_as_twin gather
    assert_line --index 11 "  3 was cancelled"
    assert_line --index 12 "error: zero has no place here"
}

@test "03-05 the owner's wait is cancelled, late members never begin, strangers go on" {
    drive groups
    assert_output "gather_all: no error; its tasks: zero, no error
gather: zero; its sibling, awaited then: one
drops its error: no error; gather_all of two that have failed: no error
group_cancel: no error; then the group is as new: yes
a member fails; its owner's sleep: cancelled; the group: one
who joined late began: no; ended: 4
no member: no error; the other group: no error
fails when its owner may go on: zero; the owner's next wait: no error
the owner is cancelled: cancelled; its members: cancelled, cancelled"
}

@test "03-05 a group cancels its members once: no clean-up is broken off; as in asyncio" {
    local ours

    prove clean_up
    ours=$output
    assert_line "a fails, the owner waits elsewhere: b's clean-up is whole; oops"
    assert_line "a fails, the joining owner is cancelled: b's clean-up is whole; oops"
    assert_line "a fails, the owner's deadline passes: b's clean-up is whole; oops"
    assert_line "group_cancel, then a's clean-up fails: b's clean-up is whole; oops"
    assert_line "the owner is cancelled, a's clean-up fails: b's clean-up is whole; oops"
    assert_line "the same, its own clean-up waits elsewhere: b's clean-up is whole; oops"
    assert_line "who is cancelled awaits b, its deadline passes: b's clean-up is whole; cancelled"
    assert_equal "${#lines[@]}" 10
    prove_python clean_up
    assert_equal "${#lines[@]}" 8
    # What asyncio can say, it says in the same words; but see 03-07.
    run grep -Fxvf <(echo "$ours") <<<"$(grep -v "its deadline passes" <<<"$output")"
    assert_output ""
}

@test "03-06 cancelled twice: once before it hears of it, and again in its clean-up" {
    prove clean_up
    assert_line "who awaits b is cancelled twice: b's clean-up is broken off; cancelled"
    assert_line "who gathers b is cancelled twice: b's clean-up is broken off; cancelled"
    assert_line "b is cancelled twice before it hears of it: b's clean-up is whole; no error"
}

@test "03-06 cancelled in each state: one outcome, one clean-up, nothing lost" {
    drive cancel
    assert_line "new                            cancelled, clean-up: 0"
    assert_line "holds a semaphore              cancelled, clean-up: 1"
    assert_line "awaits a task                  cancelled, clean-up: 1"
    assert_line "finished                       nothing happens, clean-up: 1"
    assert_line "tasks alive at exit: 0"
}

@test "03-06 a storm of cancellations: each cleans up once, nothing is missing" {
    drive storm
    assert_output --regexp "^[0-9]+ tasks, [0-9]+ of them cancelled: each cleaned up once, nothing missing$"
}

@test "03-06 cancelled in its clean-up, a task that catches it cleans up to the end" {
    prove cancel_path
    # The lesson shows the same.
    while IFS= read -r line; do
        grep -qxF -e "$line" "$root/03-tasks/README.md" || fail "not in the lesson: $line"
    done <<<"$output"
    assert_line --index 7 --partial "frees all; ends with: cancelled"
}

@test "03-07 wait_for waits for the clean-up, and takes a late result; as in asyncio" {
    same_as_twin timeout
    assert_line --index 2 "slow: cleaned up"
    assert_line --index 3 "slow: timed out"
    assert_line --index 6 "stubborn: result 42"
}

@test "03-07 a deadline while a cancellation is under way: asyncio breaks off, from 3.12 on" {
    local after="who is cancelled awaits b, its deadline passes: b's clean-up is"

    prove clean_up
    assert_line "$after whole; cancelled"
    prove_python clean_up
    if python_is_at_least 3.12; then
        assert_line "$after broken off; timed out"
    else
        assert_line "$after whole; cancelled"
    fi
}

@test "03-08 result, deadline and cancellation in every order: the first wins" {
    drive races
    assert_line "15 orders of result, deadline and cancellation, 6 kinds of wait: each as the first decides"
    assert_line "tasks alive at exit: 0"
}

@test "03-08 a sleep may have a deadline, and end before it; the earlier of two holds" {
    prove order
    assert_line "an hour's sleep within 1 ms: timed out"
    assert_line "1 ms of sleep within an hour: over"
    assert_line "within 0, within an hour: timed out"
    assert_line "what is done, within -1: over"
}

@test "03-08 in asyncio a later cancellation takes the result's place" {
    prove_python first_wins
    assert_output "waiter: cancelled"
}

@test "03-09 asyncio collects a task that nobody keeps" {
    prove_python lost_task
    assert_line "asyncio: Task was destroyed but it is pending!"
    assert_line "tasks after a collection: 1"
}

@test "03-09 here one that is left over is cancelled and cleans up" {
    prove report leftover
    assert_output "the task left over was cancelled and has cleaned up
task_run returns 0, tasks alive: 0"
    assert_equal "$stderr" ""
}

@test "03-10 an error that nobody awaited is reported at the end" {
    prove report unobserved
    assert_output "task_run returns -1, tasks alive: 0"
    assert_equal "$stderr" "report: task failing failed, nobody awaited it: Simulated error"
}

@test "03-10 one whose struct is used again is reported then" {
    prove report reused
    assert_output "task_run returns -1, tasks alive: 0"
    assert_equal "$stderr" "report: task failing again failed, nobody awaited it: and now its struct is used again"
}

@test "03-10 two whose structs are cleared are reported, too" {
    prove report cleared
    assert_output "task_run returns -1, tasks alive: 0"
    assert_equal "$stderr" "report: task failing again failed, nobody awaited it: and now its struct is used again"
}

@test "03-10 one that was awaited, later, is not" {
    prove report observed
    assert_output "caught: Simulated error
task_run returns 0, tasks alive: 0"
    assert_equal "$stderr" ""
}

@test "03-11 awaiting oneself, or one that awaits us, or twice, is an error" {
    drive misuse
    assert_line "awaits itself:                     awaits itself"
    assert_line "awaits one that awaits it:         awaits itself"
    assert_line "and that one ends with:            awaits itself"
    assert_line "awaits what another awaits:        awaits a task that another awaits already"
    assert_line "who awaited it first:              no error"
    assert_line "awaits it again when it is done:   no error"
    assert_line "gathers the same one twice:        awaits a task that another awaits already"
    assert_line "awaits one that was not created:   awaits a task that was not created"
    assert_line "tasks alive at exit: 0"
}

@test "03-10 a loop that was stopped: what is left is reported and cancelled" {
    prove report stopped
    assert_output "task_run returns -1, tasks alive: 0"
    assert_equal "$stderr" "report: task main waits in vain: the loop was stopped"
}

@test "03-11 a deadlock is reported, and one that will not end, too" {
    prove report deadlock
    assert_output "task_run returns -1, tasks alive: 0"
    assert_equal "$stderr" "report: task main waits in vain: nothing is left that could wake it"
    prove report stubborn
    assert_output "task_run returns -1, tasks alive: 1"
    assert_equal "${stderr##*$'\n'}" "report: task main never ended: nothing is left that could wake it"
}

@test "03-12 while the queue is full the producer waits; closing it ends the workers" {
    same_as_twin worker_queue
    assert_line --index 3 "queued job 4"
    assert_line --index 4 "worker 1: job 1 done"
    assert_line --index 12 "all done"
}

@test "03-12 who waits for an item of a queue that is closed is told so" {
    drive misuse
    assert_line "waits for an item, the queue closes: the queue is closed"
}

@test "03-13 ten tasks, three at work at once, in order; as in asyncio" {
    same_as_twin limit
    assert_line --index 9 "job 10"
    assert_line --index 10 "at most 3 at once"
}

@test "03-14 a sleeping task takes at most 160 bytes, its timer included" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "their memory is not ours"
    run_program many -n 100000 -k 2
    assert_success
    (($(sed -n 's|^bytes/task *||p' <<<"$output") <= 160)) || fail "$output"
}

@test "03-15 a thousand tasks and their awaits allocate nothing" {
    drive no_memory
    assert_line "allocations of 1000 tasks, 3000 awaits: 0"
}

@test "03-16 an await in a switch, or a return in the middle, is an error" {
    drive misuse
    assert_line --regexp "^AWAIT in a switch: +lost its place"
    assert_line --regexp "^return in the middle: +lost its place"
}

# lost: compiles a task whose loop variable is lost, with "${compiler[@]}".
lost() {
    cat >"$BATS_TEST_TMPDIR/lost.c" <<'END'
#include "await.h"
#include <stdio.h>
void count_run(struct task *me);
void count_run(struct task *me)
{
    TASK_BEGIN(me);
    for (int i = 0; i < 3; i++) {
        AWAIT(me, task_sleep(me, TASK_SECOND));
        printf("%d\n", i);
    }
    TASK_END(me);
}
END
    run "${compiler[@]}" -I03-tasks/modules -c -o /dev/null "$BATS_TEST_TMPDIR/lost.c"
    assert_success
    assert_line --regexp "'i'|‘i’"
    assert_line --regexp "warning: (switch jumps over variable init|.* may be (used )?uninit)"
}

@test "03-16 a loop variable that an await loses is a warning, whatever the compiler" {
    local compiler

    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    for level in -O0 -Og -O2; do
        compiler=(gcc "$level")
        lost
        ! command -v clang >/dev/null || {
            compiler=(clang "$level")
            lost
        }
    done
}

@test "03-17 an asyncio task starts in its turn; an eager one, from 3.12 on, at once" {
    prove_python eager
    assert_line --index 0 "a task is created"
    assert_line --index 1 "a task starts"
    if python_is_at_least 3.12; then
        assert_line --index 2 "an eager task starts"
        assert_line --index 3 "an eager task is created"
    else
        assert_equal "${#lines[@]}" 2
    fi
}

@test "03-18 drain waits above the high mark, until the low one; as in asyncio" {
    drive streams drain
    assert_line "below the mark it waits: no"
    assert_line "nothing is taken: timed out"
    assert_line "the low mark: yes"
    prove_python drain
    assert_output "low, high: (16384, 65536)
a little: drain is over
much: drain waits"
}

@test "03-19 a stop refuses, lets end, cancels, in this order; asyncio's run only cancels" {
    mkdir -p "$BATS_TEST_TMPDIR/tests/drivers"
    start_server tests/drivers/serve_lines -p 0 -t $((800 * slow))
    peer '
works, hangs = connect(), connect()
works.send(b"work\n"); hangs.send(b"hang\n")
settle()
os.kill(pid, signal.SIGTERM)
print(read_all(works), read_all(hangs))'
    assert_output "b'done\\n' b''"
    wait "$server"
    server=''
    assert_equal "$(said)" "ends: fine
ends: cancelled"
    prove_python stop_server
    assert_line --index 0 "new clients are refused"
    assert_line --index 1 "the old one is left alone"
    if python_is_at_least 3.12.1; then
        assert_line --index 2 "wait_closed waits for it"
    else
        assert_line --index 2 "wait_closed does not wait for it"
    fi
    assert_line --index 3 "asyncio.run has cancelled the connection"
}

@test "03-20 from outside you see what each task waits for; a deadlock is named" {
    start_tree deadlock
    look_at "$server_pid"
    assert_line "main T s  waits for a group of 2"
    assert_line "├── to the left T s  waits for lock b, which to the right holds"
    assert_line "└── to the right T s  waits for lock a, which to the left holds"
    assert_line "deadlock: to the left -> to the right -> to the left"
}
