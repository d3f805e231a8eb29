#!/usr/bin/env bats
# exercise-tests: make test holds every exercise to its form.

load ../../lib/test_helper
load ../helpers/copy
load ../helpers/practice

plain_build_only=yes

# holds WHAT WORDS…: calls it (exercise_holds, exercise_unsolved) on 01-1; says WORDS.
holds() {
    in_copy -s variants
    run env -u BUILD -C "$copy" bash -c 'source scripts/lib/chapters.bash
        source scripts/lib/exercises.bash
        "$1" 01-1' - "$1"
    shift
    for words in "$@"; do
        assert_output --partial "$words"
    done
}

# mistake NAME TEST SED: a wrong answer.
mistake() {
    solution | sed "$3" >"$copy/mine.c"
    {
        echo "Fails: $2"
        diff -u "$copy/01-loop/solutions/1_count.c" "$copy/mine.c"
    } >"$copy/01-loop/exercises/wrong/1_count-$1.patch" || true
}

@test "make test: an exercise holds with a right solution and three wrong answers" {
    small_workbook
    mistake to_n_less_1 "it counts to N" 's/<= n/< n/'
    holds exercise_holds "1_count: 1 wrong answers, of three at least"
    assert_failure
    mistake from_0 "it counts to N" 's/i = 1/i = 0/'
    mistake happy "it fails without N" 's/return argc.*/return 0;/'
    holds exercise_holds
    assert_success
    assert_output ""
    holds exercise_unsolved
    assert_success
}

@test "make test: a wrong answer that passes, warns, does not apply or fails elsewhere is found" {
    small_workbook
    mistake passes "it counts to N" 's/long n/long  n/'
    mistake elsewhere "it counts to N" 's/return argc.*/return 0;/'
    mistake warns "it counts to N" 's/long i = 1/int unused; &/'
    mistake nowhere "it counts down" 's/i = 1/i = 0/'
    printf 'Fails: it counts to N\n--- a\n+++ b\n@@ -1 +1 @@\n-not there\n+x\n' \
        >"$copy/01-loop/exercises/wrong/1_count-stale.patch"
    holds exercise_holds "1_count-passes.patch: it passes: it counts to N" \
        "1_count-elsewhere.patch: it passes: it counts to N" \
        "1_count-warns.patch does not apply or compile" "unused variable" \
        "1_count-stale.patch does not apply or compile" \
        "1_count-nowhere.patch: the test it must fail is none of"
    assert_failure
    rm "$copy"/01-loop/exercises/wrong/*
    sed -i 's/<= n/< n/' "$copy/01-loop/solutions/1_count.c"
    holds exercise_holds "01-loop/solutions/1_count.c does not pass" "not ok 1 it counts to N"
}

@test "make test: an unsolved copy that is solved, warns, or fails elsewhere is found" {
    small_workbook
    exercise 'return 0;'
    holds exercise_unsolved
    assert_success
    exercise 'int unused; return 0;'
    holds exercise_unsolved "the compiler warns: "
    assert_failure
    exercise 'retrun 0;'
    holds exercise_unsolved "it does not compile"
    assert_failure
    solution >"$copy/01-loop/exercises/1_count.c"
    holds exercise_unsolved "it is solved"
    assert_failure
    sed -i 's/? 0 : 2/? 0 : 3/' "$copy/01-loop/exercises/1_count.c"
    holds exercise_unsolved "it passes: it counts to N"
    assert_failure
}

@test "make test: in a learner's tree solved and half-done copies are skipped, not failed" {
    small_workbook
    solution >"$copy/01-loop/exercises/1_count.c"
    echo 'int main(void) { nonsense }' >"$copy/01-loop/exercises/2_hello.c"
    rm -r "$copy"/01-loop/solutions
    run in_copy test
    assert_success
    assert_line --partial "# skip yours: it is solved"
    assert_line --partial "# skip yours: it does not compile"
    assert_line "0 passed, 0 failed, 2 skipped"
    run in_copy test EXERCISE=1-2
    assert_success
    assert_line --partial "exercise 01-2 hello: unsolved"
    assert_line "0 passed, 0 failed, 1 skipped"
    run in_copy test SHIPPED=1
    assert_failure
    assert_line "0 passed, 2 failed"
}

@test "coverage: a sentence of a task that no wrong answer breaks is named" {
    small_workbook
    mistake from_0 "it counts to N" 's/i = 1/i = 0/'
    sed -i 's/^Print 1 to N.$/**What must come out:**\n\n- 1 to N, in\n  order. Exit 2 without N.\n/' \
        "$copy/01-loop/exercises/README.md"
    run env -C "$copy" scripts/checking/coverage 01-1
    assert_failure
    assert_line "  from_0: its words are in no sentence of the task: it has no Task: line"
    sed -i '1a Task: "in order."' "$copy/01-loop/exercises/wrong/1_count-from_0.patch"
    run env -C "$copy" scripts/checking/coverage
    assert_failure
    assert_output --regexp "
  1 to N, in order.
    from_0  +it counts to N

  Exit 2 without N.
    NOT COVERED: no wrong answer breaks it"
    sed -i '2a Task: "Exit 2 without N."' "$copy/01-loop/exercises/wrong/1_count-from_0.patch"
    run env -C "$copy" scripts/checking/coverage
    assert_success
}

@test "coverage: each sentence of a task has a wrong answer that breaks it" {
    run scripts/checking/coverage
    assert_success
}
