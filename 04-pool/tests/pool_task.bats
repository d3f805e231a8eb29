#!/usr/bin/env bats
# pool_task: tasks await a pool. Its connections are made up: see drivers/loans.c.

load ../../scripts/lib/test_helper

@test "loan: a pool that cannot be made tells why, is gone, and lends nothing" {
    drive loans refused
    assert_output "1 opens
2 opens
1 no route
2 no route
1 is gone
2 is gone
no route, no pool
max_size 2 is less than min_size 3, no pool
main: the pool is closing, has none
3 opens
3 no route
main: no route, has none
3 is gone
over at once"
}

@test "loan: a deadline ends the creation of a pool, and nothing is left of it" {
    drive loans slow
    assert_output "1 opens
2 opens
1 is gone
2 is gone
timed out, no pool"
}

@test "loan: a waiter that is cancelled leaves the queue, and the next one is served" {
    drive loans leaves
    assert_output "1 opens
1 is open
A: cancelled, has none
B: no error, has 1
it was not cancelled
it was not cancelled
1 is gone"
}

@test "loan: a waiter whose deadline passes leaves the queue" {
    drive loans late
    assert_output "1 opens
1 is open
A: timed out, has none
it was not cancelled
1 is gone"
}

@test "loan: a lease that is on its way to a cancelled task goes back to the pool" {
    drive loans handed
    assert_output "1 opens
1 is open
handed over
A: no error, has 1
main: no error, has 1
1 is gone"
}

@test "loan: a pool that closes refuses its waiters, and waits for its lease" {
    drive loans closing
    assert_output "1 opens
1 is open
B: the pool is closing, has none
A: the pool is closing, has none
it was not cancelled
it was not cancelled
waits for the lease
1 is gone"
}

@test "loan: a wait for the end that is interrupted cuts what is lent, and ends after it" {
    drive loans patience
    assert_output "1 opens
1 is open
1 is cut
1 is gone
timed out, no pool"
}

@test "loan: whichever allocation fails, no scene hangs, and none leaves anything" {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the shim must be the first library"
    local shim=$BATS_TEST_TMPDIR/shim.so report=$BATS_TEST_TMPDIR/report words n

    ${CC:-cc} -std=gnu11 -O1 -shared -fPIC -o "$shim" scripts/tests/drivers/allocation_failure.c
    for scene in refused leaves patience; do
        for ((n = 1, words[3] = 1; ${words[3]%,} == 1; n++)); do
            status=0
            output=$(timeout 10 env LD_PRELOAD="$shim" ALLOCATION=$n ALLOCATION_REPORT="$report" \
                "$build/04-pool/tests/drivers/loans" "$scene" 2>&1) || status=$?
            ((status <= 1)) || fail "$scene, allocation $n: exit $status: $output"
            read -ra words <"$report" # counted N, failed N, not freed N, open: FD…
            [[ ${words[6]} == 0, && ${#words[@]} == 8 ]] ||
                fail "$scene, allocation $n: ${words[*]}: $output"
        done
        ((n > 10)) || fail "$scene: only $n"
    done
}
