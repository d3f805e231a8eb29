#!/usr/bin/env bats
# executor: a computation on the loop, in a process, in a thread.

load ../../scripts/lib/test_helper
load helpers/executor

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
    # More than the pool takes at once.
    for scene in processes threads broken; do
        run_program executor "$scene" -w 3 -j 600 -n 1000
        assert_success
        assert_equal "$(uniq -c <<<"$output" | xargs)" "600 Result: 499500"
    done
}

@test "executor broken: the heartbeat stops for as long as it computes" {
    local n blocked scenes=(processes threads)

    # Valgrind runs one thread at a time, and is not fair to the loop's.
    [[ -z ${VALGRIND-} ]] || scenes=(processes)
    block_the_loop
    for scene in "${scenes[@]}"; do
        run_program -t 30 executor "$scene" -n "$n"
        assert_success
        # 10 ms when idle; a busy machine stretches it, but by far not to as
        # long as the computation takes.
        (($(gap) < blocked / 2)) || fail "$scene: $(gap) ms, broken: $blocked ms"
    done
}

@test "executor: a worker process that dies fails its job, and only that; it is replaced" {
    local killed n=500000000

    [[ -z ${VALGRIND-} ]] || n=300000000
    $(command_for -t 60 executor) -w 2 -j 3 -n $n >"$BATS_TEST_TMPDIR/out" \
        2>"$BATS_TEST_TMPDIR/err" 3>&- &
    server=$!
    wait_until 30 has_workers 2
    killed=${workers[0]}
    # It must be at work: one that dies idle takes no job with it.
    wait_until 30 has_computed "$killed" 100
    kill -KILL "$killed"
    wait_until 30 has_replaced 2 "$killed"
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 1
    assert_equal "$(grep -c 'a job failed: the worker process died' "$BATS_TEST_TMPDIR/err")" 1
    assert_equal "$(uniq -c "$BATS_TEST_TMPDIR/out" | xargs)" "2 Result: $((n * (n - 1) / 2))"
}

@test "executor: killed itself, it leaves no process behind" {
    local each

    $(command_for -t 30 executor) -w 2 -j 2 -n 6000000000 >"$BATS_TEST_TMPDIR/out" \
        2>"$BATS_TEST_TMPDIR/err" 3>&- &
    server=$!
    wait_until 30 has_workers 2
    each=("$fork_server" "${workers[@]}")
    wait_until 30 has_computed "${workers[0]}" 200
    kill -KILL "$program"
    wait "$server" || true
    server=''
    for each in "${each[@]}"; do
        wait_until 30 has_ended "$each" || fail "$each lives on"
    done
}

@test "executor: it has as many workers as taskset leaves it processors" {
    local processor

    processor=$(taskset -cp $$ | sed -E 's/.*: ([0-9]+).*/\1/')
    # shellcheck disable=SC2046 # a word list
    taskset -c "$processor" $(command_for -t 30 executor) -n 6000000000 \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    server=$!
    wait_until 20 has_workers 1
    wait_until 20 has_computed "${workers[0]}" 20 # all others are there by now
    has_workers 1 || fail "${#workers[@]} workers"
    kill "$program"
}

@test "executor: wrong numbers and scenes are wrong usage" {
    assert_usage_error "1 to 1024" executor -w 0
    assert_usage_error "not a number" executor -j many
    assert_usage_error "not a number" executor -n 1e6
    assert_usage_error "unknown scene 'fibres'" executor fibres
    assert_usage_error "unexpected" executor threads x
}

@test "executor: too many threads: it says why there are not that many" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "they take more memory than it may have here"
    # 1024 stacks of 8 MiB do not go into a GiB.
    run --separate-stderr bash -c 'ulimit -v 1000000 -s 8192; exec "$@"' - \
        "$build/$chapter/executor" threads -w 1024
    assert_failure 1
    assert_equal "$stderr" "executor: cannot start 1024 threads: Resource temporarily unavailable"
}

@test "executor: with stdout closed the result is not written, and it says so" {
    local scene

    [[ -z ${VALGRIND-} ]] || skip "valgrind takes the number itself"
    for scene in processes threads broken; do
        run --separate-stderr bash -c '"$@" >&-' - "$build/$chapter/executor" "$scene"
        assert_failure 1
        [[ $stderr == *"executor: cannot write the result: "* ]] || fail "$scene: $stderr"
    done
}
