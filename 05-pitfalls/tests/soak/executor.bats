#!/usr/bin/env bats
# The long runs of the pools, for make soak: workers are killed, owners vanish.

load ../../../scripts/lib/test_helper
load ../helpers/executor

@test "executor: a worker is killed in mid-job, 50 times: each job is answered once" {
    local kills=0 victim before n=600000000 out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err

    [[ -z ${SANITIZE-} ]] || n=200000000
    [[ -z ${VALGRIND-} ]] || n=10000000
    $(command_for -t 1200 executor) -w 3 -j 130 -n $n >"$out" 2>"$err" 3>&- &
    server=$!
    wait_until 30 has_workers 3
    before=$(descriptors "$program")
    while ((kills < 50)); do
        victim=${workers[kills % 3]}
        wait_until 20 has_computed "$victim" 50
        kill -KILL "$victim"
        kills=$((kills + 1))
        # The killed one is gone, not a zombie: it is nobody's child any more.
        wait_until 20 has_replaced 3 "$victim" || fail "kill $kills: not replaced"
    done
    (($(descriptors "$program") == before)) ||
        fail "$(descriptors "$program") descriptors, $before at the beginning"
    status=0
    wait "$server" || status=$?
    server=''
    assert_equal "$status" 1 # some jobs failed
    assert_equal "$(grep -c "^Result: $((n * (n - 1) / 2))\$" "$out")" "$(wc -l <"$out")"
    assert_equal "$(grep -c 'a job failed: the worker process died' "$err")" 50
    assert_equal "$(wc -l <"$out")" 80
}

# vanish KIND: 10,000 jobs whose owners go at random.
vanish() {
    run_program -t 120 tests/drivers/vanishing "$1" 10000
    assert_success
    assert_output "10000 jobs: answered or vanished: 10000, wrong: 0
left: owners: 0, descriptors: 0, children: none"
    echo "# $1: $stderr" >&3
}

# with_asan KIND: the same on a build with AddressSanitizer and LeakSanitizer.
with_asan() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "it has a build of its own"
    cd 05-pitfalls || return
    "${CC:-gcc}" -fsanitize=address,undefined -x c -o "$BATS_TEST_TMPDIR/vanishing" - \
        <<<'int main(void) { return 0; }' || skip "this compiler has no AddressSanitizer"
    # shellcheck disable=SC2046 # a list of flags
    "${CC:-gcc}" -g -O1 -std=gnu11 -fsanitize=address,undefined -Imodules \
        -o "$BATS_TEST_TMPDIR/vanishing" tests/drivers/vanishing.c \
        modules/{fork_server,job,process_pool,thread_pool,workers}.c $(pkg-config --cflags --libs libevent) -pthread
    ASAN_OPTIONS=exitcode=99:detect_leaks=1 run --separate-stderr timeout -s KILL 300 \
        "$BATS_TEST_TMPDIR/vanishing" "$1" 10000
    assert_success
    assert_output --partial "answered or vanished: 10000, wrong: 0"
}

@test "thread_pool: 10,000 jobs whose owners vanish at random" {
    vanish threads
}

@test "process_pool: 10,000 jobs whose owners vanish at random" {
    vanish processes
}

@test "thread_pool: the same under AddressSanitizer" {
    with_asan threads
}

@test "process_pool: the same under AddressSanitizer" {
    with_asan processes
}
