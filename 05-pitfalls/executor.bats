#!/usr/bin/env bats
# executor: a computation on the loop, in a process, in a thread.

load ../scripts/test_helper

# gap: the longest gap of the heartbeat, in whole ms.
gap() {
    sed -n 's/.*longest gap of the 10 ms heartbeat: \([0-9]*\)\..*/\1/p' <<<"$stderr"
}

@test "executor: processes, the default, prints what its twin prints" {
    same_as_twin executor
    assert_output "Result: 499999500000"
}

@test "executor threads: prints what its twin prints" {
    same_as_twin executor threads
    assert_output "Result: 499999500000"
}

@test "executor broken: prints what its twin prints" {
    same_as_twin executor broken
    assert_output "Result: 499999500000"
}

@test "executor: each job is answered once" {
    for scene in processes threads broken; do
        run_program executor "$scene" -w 3 -j 20 -n 1000
        assert_success
        assert_equal "$output" "$(for _ in {1..20}; do echo "Result: 499500"; done)"
    done
}

@test "executor broken: the heartbeat stops for as long as it computes" {
    local n=2000000000 blocked scenes=(processes threads)

    [[ -z ${SANITIZE-} ]] || n=400000000
    # Valgrind runs one thread at a time, and is not fair to the loop's.
    [[ -z ${VALGRIND-} ]] || { n=20000000 && scenes=(processes); }
    run_program -t 30 executor broken -n "$n"
    assert_success
    blocked=$(gap)
    ((blocked > 100)) || fail "a gap of $blocked ms only"
    for scene in "${scenes[@]}"; do
        run_program -t 30 executor "$scene" -n "$n"
        assert_success
        # 10 ms when idle; a busy machine stretches it, but by far not to as
        # long as the computation takes.
        (($(gap) < blocked / 2)) || fail "$scene: $(gap) ms, broken: $blocked ms"
    done
}

@test "executor: a worker process that dies fails its job, and only that" {
    local worker

    $(command_for -t 30 executor) -w 2 -j 2 -n 6000000000 >"$BATS_TEST_TMPDIR/out" \
        2>"$BATS_TEST_TMPDIR/err" 3>&- &
    server=$!
    wait_until 5 has_workers 2
    worker=${workers[0]}
    # It must be at work: one that dies idle takes no job with it.
    wait_until 5 has_computed "$worker"
    kill -KILL "$worker"
    status=0
    wait "$server" || status=$?
    assert_equal "$status" 1
    assert_equal "$(grep -c 'a job failed: the worker process died' "$BATS_TEST_TMPDIR/err")" 1
    assert_equal "$(cat "$BATS_TEST_TMPDIR/out")" "Result: 17999999997000000000"
}

# has_computed PID: for 0.2 s of processor time, which an idle worker never has.
has_computed() {
    local fields

    read -r -a fields <"/proc/$1/stat"
    ((fields[13] >= 20))
}

# The children of the executor that $server (timeout) runs, in $workers.
has_workers() {
    local program

    program=$(cat "/proc/$server/task/$server/children")
    program=${program% }
    [[ -n $program ]] || return 1
    read -r -a workers <"/proc/$program/task/$program/children"
    ((${#workers[@]} == $1))
}

@test "executor: wrong numbers and scenes are wrong usage" {
    assert_usage_error "1 to 1024" executor -w 0
    assert_usage_error "not a number" executor -j many
    assert_usage_error "not a number" executor -n 1e6
    assert_usage_error "unknown scene 'fibres'" executor fibres
    assert_usage_error "unexpected 'x'" executor threads x
}
