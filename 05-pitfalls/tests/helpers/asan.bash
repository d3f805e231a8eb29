# shellcheck shell=bash
# For faults that AddressSanitizer finds, in tests of the plain build.

# with_asan [-0] NAME [ARGUMENT…]: builds NAME.c with AddressSanitizer, and
# unoptimised, so that it is as written; runs it, and expects that it is found
# out, with -0 that nothing is found. leaks=0: leaks are not looked for.
with_asan() {
    local built expected=99

    if [[ $1 == -0 ]]; then
        expected=0
        shift
    fi
    built=$BATS_TEST_TMPDIR/${1##*/}
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "it is built with AddressSanitizer by itself"
    # shellcheck disable=SC2046,SC2154
    ${CC:-cc} -g -O0 -fsanitize=address -o "$built" -I"$root/$chapter/modules" \
        "$root/$chapter/$1.c" "$build/$chapter/modules.a" \
        $(pkg-config --cflags --libs libevent libevent_pthreads)
    run env LSAN_OPTIONS=exitcode=99 \
        ASAN_OPTIONS=detect_stack_use_after_return=1:exitcode=99:detect_leaks="${leaks-1}" \
        timeout -s KILL 20 "$built" "${@:2}"
    show "AddressSanitizer: $1${2:+ ${*:2}}"
    assert_equal "$status" "$expected"
}
