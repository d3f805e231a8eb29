#!/usr/bin/env bats
# The lessons' pictures: make pictures draws the same ones again, but for the times.

bats_require_minimum_version 1.5.0
load ../../lib/test_helper

plain_build_only=yes

@test "pictures: those in the lessons show what the programs do today" {
    cd "$root"
    run timeout 200 scripts/tracer/make-pictures "$BATS_TEST_TMPDIR/again"
    assert_success
    refute_output --partial "ended with"
    "$python" scripts/tests/helpers/pictures.py . >"$BATS_TEST_TMPDIR/committed"
    "$python" scripts/tests/helpers/pictures.py "$BATS_TEST_TMPDIR/again" \
        >"$BATS_TEST_TMPDIR/today"
    run diff "$BATS_TEST_TMPDIR/committed" "$BATS_TEST_TMPDIR/today"
    assert_success
}
