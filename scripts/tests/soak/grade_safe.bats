#!/usr/bin/env bats
# What keeps the machine busy for a while: one answer's load is not another one's.

load ../../lib/test_helper
load ../helpers/class

@test "grade: 128 busy processes end, and no other student pays for them" {
    cd "$root" || return
    why=$(source scripts/grading/sandbox.bash && sandbox_works) || skip "no sandbox here: $why"
    copy_workbook "$BATS_TEST_TMPDIR"
    hostile hog
    for name in ada bob eve zoe; do
        answer "$name" <"$book/01-loop/solutions/1_greet.c"
    done
    run grade SUBMISSION="$class"
    assert_success
    for name in ada bob eve zoe; do
        assert_line --regexp "^$name +1/1 +1/1$"
    done
    assert_line --regexp '^hog +0/1 +0/1 .* it (uses processors without end|never ended)'
}
