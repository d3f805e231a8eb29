#!/usr/bin/env bats
# make new-exercise: what it makes is an exercise that holds, before anyone edits it.

load ../lib/test_helper
load helpers/copy

plain_build_only=yes

no_exercises() {
    small_copy "$BATS_TEST_TMPDIR/copy" 01-loop/{loop.c,README.md}
    mkdir "$copy/01-loop/exercises"
    echo "# Exercises" >"$copy/01-loop/exercises/README.md"
}

@test "new-exercise: the skeleton is unsolved, its solution passes, its wrong answers fail" {
    no_exercises
    run in_copy new-exercise NAME=01-5_twice
    assert_success
    assert_line "  01-loop/exercises/5_twice.c"
    assert_line "What a learner sees:   make practice EXERCISE=01-5"
    in_copy variants >/dev/null
    cd "$copy"
    run bash -c "source scripts/lib/chapters.bash; source scripts/lib/exercises.bash
        EXERCISE_PATIENCE=3 exercise_holds 01-5 && exercise_unsolved 01-5"
    assert_success
    assert_output ""
    run scripts/checking/coverage 01-5
    assert_success
    assert_output --partial "one_less"
    rm -r build # not part of the layout
    run scripts/checking/check-layout
    assert_success
    run scripts/checking/check-docs 01-loop/exercises/README.md
    assert_success
    run in_copy hint EXERCISE=01-5
    assert_output --partial "hint 1 of 2"
}

@test "new-exercise: without a name, and with one that is taken, it says so and makes nothing" {
    no_exercises
    run in_copy new-exercise
    assert_failure
    assert_line "new-exercise: which one?  make new-exercise NAME=03-5_name"
    echo "mine" >"$copy/01-loop/exercises/5_mine.c"
    run in_copy new-exercise NAME=01-5_twice
    assert_failure
    assert_line "new-exercise: 01-5 is taken: 01-loop/exercises/5_mine.c"
    run ls "$copy/01-loop/exercises"
    assert_output "5_mine.c
README.md"
}
