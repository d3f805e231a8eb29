#!/usr/bin/env bats
# What keeps the machine busy for a while: one answer's load is not another one's.

load ../../lib/test_helper
load ../helpers/class

@test "grade: no other student pays for busy processes and other hostile answers" {
    cd "$root" || return
    why=$(source scripts/grading/sandbox.bash && sandbox_works) || skip "no sandbox here: $why"
    copy_workbook "$BATS_TEST_TMPDIR"
    for name in hog storm hoarder glutton flood; do
        hostile "$name"
    done
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

@test "grade UNSAFE=1: what root alone may read comes into no result" {
    [[ $EUID == 0 ]] || skip "needs root, to become nobody"
    cd "$root" || return
    copy_workbook "$BATS_TEST_TMPDIR"
    (umask 077 && echo ROOTS-SECRET >"$BATS_TEST_TMPDIR/secret")
    for number in {1..6}; do
        sed "1i #define SECRET \"$BATS_TEST_TMPDIR/secret\" /* $number */" \
            scripts/tests/hostile/swapper.c | answer "swapper$number"
    done
    run grade SUBMISSION="$class" UNSAFE=1
    assert_success
    assert_equal "$(grep -c ' 0/1 ' <<<"$output")" 6
    run grep -rlaF ROOTS-SECRET "$book/build/grade"
    assert_output ""
}
