# shellcheck shell=bash
# For tests that compare times:  load ../../scripts/lib/fair
#
#   fairly COMMAND…   runs run_program, prove or the like so that the program's clock
#       stands still while it waits for a processor (scripts/checking/exercise_clock.c):
#       what it measures is the same on a busy machine. Sets, of its main thread,
#       $used, the ms on a processor, $could, the ms that it ran or slept, and
#       $switches, how often it went to sleep. In a build with a sanitizer and under
#       valgrind nothing is preloaded, and these are empty.
#   expect_took FROM TO   $could lies between them; without $could it is not asked
#   expect_asleep         it spent that time asleep, and not in many small pieces

fairly() {
    local clock=$BATS_RUN_TMPDIR/fair_clock.so

    used='' could='' switches=''
    if [[ -n ${SANITIZE-}${VALGRIND-} ]]; then
        "$@"
        return
    fi
    if [[ ! -e $clock ]]; then # or two at once: each makes a whole one
        ${CC:-cc} -O1 -shared -fPIC -o "$clock.$$" "$root/scripts/checking/exercise_clock.c"
        mv "$clock.$$" "$clock"
    fi
    rm -f "$BATS_TEST_TMPDIR/used"
    within="${within-} env LD_PRELOAD=$clock EXERCISE_USED=$BATS_TEST_TMPDIR/used" "$@"
    # The first line is the program's: timeout, which runs it, ends after it.
    { read -r used could switches <"$BATS_TEST_TMPDIR/used"; } 2>/dev/null || true
}

expect_took() {
    [[ -z $could ]] || ((could >= $1 && could <= $2)) || fail "it took $could ms"
}

expect_asleep() {
    [[ -z $could ]] || ((used < could / 5 && switches < could / 25)) ||
        fail "of $could ms it used the processor for $used, and it woke $switches times"
}
