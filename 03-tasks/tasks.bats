#!/usr/bin/env bats
# The programs of 03-tasks.

load ../scripts/test_helper

@test "callbacks: prints what its asyncio twin prints" {
    same_as_twin callbacks
    assert_output "Task 2 completed
Task 1 completed"
}

@test "tasks: prints what its asyncio twin prints" {
    same_as_twin tasks
    assert_output "Task 2 completed
Task 1 completed"
}

@test "tasks: both sleep at once: two seconds in all, not three" {
    local start=${EPOCHREALTIME/[.,]/} took

    run_program tasks
    took=$((${EPOCHREALTIME/[.,]/} - start))
    assert_success
    ((took > 1950000)) || fail "it took $took µs"
    # Under valgrind the start alone may take a second.
    [[ -n ${VALGRIND-}${SANITIZE-} ]] || ((took < 2950000)) || fail "it took $took µs"
}

@test "tasks: each line comes when its task is done, also into a pipe" {
    local first

    # shellcheck disable=SC2091 # a word list
    exec 7< <($(command_for tasks))
    read -r -t $((10 * slow)) -u 7 first
    assert_equal "$first" "Task 2 completed"
    # The second task has another second to go: nothing more is there yet.
    run -1 --separate-stderr read -r -t 0 -u 7
    exec 7<&-
}

@test "tasks, gather, timeout …: a result that cannot be written is an error" {
    local program

    for program in callbacks tasks gather timeout worker_queue limit many; do
        run bash -c "$(command_for "$program") >/dev/full"
        assert_failure 1
        assert_output --regexp "^$program: cannot write the .*: No space left on device$"
    done
}

@test "gather: prints what its asyncio twin prints" {
    same_as_twin gather
    assert_line "results: 9 4 1"
    assert_line "  3 was cancelled"
    assert_equal "$(grep -c "^error: zero" <<<"$output")" 2
}

@test "timeout: prints what its asyncio twin prints" {
    same_as_twin timeout
    # It is said to have timed out only when its clean-up is over.
    assert_line --index 2 "slow: cleaned up"
    assert_line --index 3 "slow: timed out"
    assert_line "stubborn: result 42"
    assert_line "item: timed out"
}

@test "worker_queue: prints what its asyncio twin prints" {
    same_as_twin worker_queue
    # Two with the workers, two in the queue: the fifth waits for room.
    assert_line --index 3 "queued job 4"
    assert_line --index 4 "worker 1: job 1 done"
    assert_line --index 5 "queued job 5"
}

@test "limit: prints what its asyncio twin prints" {
    same_as_twin limit
    assert_line --index 10 "at most 3 at once"
}

@test "many: a million tasks, at most 160 bytes each" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "their memory is not ours"
    run_program -t 60 many -n 1000000 -k 2
    assert_success
    assert_line "tasks        1000000"
    (($(sed -n 's|^bytes/task *||p' <<<"$output") <= 160)) || fail "$output"
}

@test "many: a few tasks, few switches, and what it says of itself" {
    run_program many -n 100 -k 5
    assert_success
    assert_equal "$(cut -d ' ' -f 1 <<<"$output")" "tasks
bytes/task
timers/s
switches/s"
}

@test "many: wrong usage is said in one line" {
    assert_usage_error "unexpected '0'" many -n 0
    assert_usage_error "unexpected '1'" many -k 1
    assert_usage_error "unexpected '10x'" many -n 10x
    assert_usage_error "unexpected '-n'" many -n
    assert_usage_error "unexpected '5'" many 5
}

@test "many: its twin takes the same arguments and prints the same lines" {
    needs_python
    run -0 timeout 20 "$python" "$root/03-tasks/many.py" -n 100 -k 5
    assert_line --index 0 "tasks        100"
    assert_line --regexp "^switches/s   [0-9]+$"
}

@test "await: the heap gives back what is due in order, equals as they came" {
    prove heap_order
    assert_output --regexp "^[0-9]+ added, [0-9]+ taken out from the middle, [0-9]+ came in order$"
}

@test "await: no memory for the loop is an error, and nothing else allocates" {
    prove no_memory
    assert_line "task_loop_init without memory: -1"
    assert_line "sleeper: has cleaned up"
    assert_line "task_run without memory: -1, tasks alive: 0"
    assert_equal "$stderr" "no_memory: task sleeper waits in vain: the event loop failed"
    assert_line "allocations of 1000 tasks, 3000 awaits: 0"
}

@test "await: a task that reads a descriptor wakes when there is something to read" {
    prove pipe_reader
    assert_output "reader: waits
writer: wrote
reader: got hello
reader: timed out
reader: a second one may not wait: awaits a task that another awaits already
reader: end of file"
}

@test "bench: one short round makes the table, what is reached, and the plot" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    command -v gnuplot >/dev/null || skip "gnuplot is not here: scripts/setup --dev"
    needs_python
    ROUNDS=1 TASKS="1000 10000" PEERS="many asyncio" BENCH_OUT=$BATS_TEST_TMPDIR \
        run --separate-stderr timeout -k 5 60 03-tasks/bench/run
    assert_success
    assert_line --regexp "^many +10,000 +[0-9]+ +[0-9,]+ +[0-9,]+ "
    assert_line --regexp "^(not )?reached +switches/s, 10,000 tasks: many / asyncio +[0-9.]+ of 30$"
    assert_line --regexp "^reached +bytes a task, 10,000 asleep +[0-9]+ of 160$"
    run grep -c '<path' "$BATS_TEST_TMPDIR/03-tasks.svg"
    assert_success
    PEERS=trio BENCH_OUT=$BATS_TEST_TMPDIR run -1 03-tasks/bench/run
    assert_output --partial "left out: trio: no such peer"
}
