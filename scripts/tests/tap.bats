#!/usr/bin/env bats
# The one reader of TAP, which decides what has passed, failed or was skipped.

load ../lib/test_helper

plain_build_only=yes

# read_tap LINE…: sets what tap_read sets.
read_tap() {
    source scripts/lib/tap.bash
    tap_read < <((($# == 0)) || printf '%s\n' "$@")
}

# counts: passed, failed, skipped, planned, lost.
counts() {
    echo "$tap_passed $tap_failed $tap_skipped $tap_planned $tap_lost"
}

@test "tap: results, names, reasons and diagnostic lines are read" {
    read_tap "1..4" "# before all" "ok 1 it counts" "ok 2 it waits # skip no clock here" \
        "not ok 3 it's \$(done) [x] 7" "# | came  1" "#" "a line of no meaning" "#   more" "ok 4 1 more"
    assert_equal "$(counts)" "2 1 1 4 0"
    assert_equal "${tap_result[*]}" "ok skipped failed ok"
    assert_equal "$(printf '<%s>' "${tap_name[@]}")" "<it counts><it waits><it's \$(done) [x] 7><1 more>"
    assert_equal "${tap_reason[2]}" "no clock here"
    assert_equal "${tap_said[0]}" $'before all\n'
    assert_equal "${tap_said[3]}" $'| came  1\n  more\n'
    assert_equal "${tap_said[1]}${tap_said[2]}${tap_said[4]}" ""
}

@test "tap: planned tests without a result are lost" {
    read_tap "1..3" "ok 1 a" "not ok 2 b"
    assert_equal "$(counts)" "1 1 0 3 1"
}

@test "tap: without a plan or without input nothing is lost, and nothing has passed" {
    read_tap
    assert_equal "$(counts)" "0 0 0 0 0"
    read_tap "not ok 1 bats-gather-tests" "1..x[\$(touch $BATS_TEST_TMPDIR/run)]"
    assert_equal "$(counts)" "0 1 0 0 0"
    refute [ -e "$BATS_TEST_TMPDIR/run" ]
}

@test "tap: a second reading forgets the first" {
    read_tap "1..1" "not ok 1 a" "# words"
    read_tap "1..1" "ok 1 b"
    assert_equal "$(counts) ${tap_result[*]} ${tap_name[*]} ${tap_said[*]}" "1 0 0 1 0 ok b  "
}

@test "practice: an exercise with a check that gave no result is not solved" {
    source scripts/lib/exercises.bash
    practice=$BATS_TEST_TMPDIR
    printf '1..2\nok 1 a\nok 2 b\n' >"$practice/01-1.tap"
    exercise_solved 01-1
    printf '1..2\nok 1 a\n' >"$practice/01-1.tap"
    refute exercise_solved 01-1
    refute exercise_solved 01-2
}
