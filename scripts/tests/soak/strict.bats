#!/usr/bin/env bats
# All proofs, in libevent's debug mode: it complains of none of them. Proofs measure,
# so what they print is not compared.

plain_build_only=yes
load ../../lib/test_helper

@test "strict: the proofs" {
    local shim=$BATS_TEST_TMPDIR/strict.so

    ${CC:-cc} -std=gnu11 -shared -fPIC -o "$shim" scripts/tests/drivers/strict.c
    complaint() {
        timeout -s KILL 60 env LD_PRELOAD="$1" STRICT_REPORT=/dev/null "$2" </dev/null 2>&1 |
            sed -n "s,.*\[err\],$2: &,p"
    }
    export -f complaint
    # deaf_listener lets allocations fail, which debug mode does not survive.
    run find "$build" -path "$build/0*/proofs/*" -type f -perm -u+x ! -name deaf_listener
    ((${#lines[@]} > 40)) || fail "only these proofs: $output"
    run xargs -P 8 -n 1 bash -c 'complaint "$@"' - "$shim" <<<"$output"
    assert_output ""
}
