#!/usr/bin/env bats
# Exercises: no wrong answer passes, no right one fails, and the verdicts are no luck.

load ../../lib/test_helper
load ../helpers/copy
load ../helpers/practice
source "$root/scripts/lib/chapters.bash"
source "$root/scripts/lib/exercises.bash"

plain_build_only=yes

# eight_busy: keeps the processors busy until the test ends.
eight_busy() {
    for _ in {1..8}; do
        sh -c 'while :; do :; done' 3>&- &
        busy+=("$!")
    done
}

teardown() {
    [[ -z ${busy-} ]] || kill "${busy[@]}"
}

# verdicts: prints which kept answers do not fail in their test, or do not pass, five times.
verdicts() {
    export BUILD
    for _ in {1..5}; do
        exercises | xargs -P "$(nproc)" -I {} bash -c 'source scripts/lib/exercises.bash
            exercise_holds {}; other_answers_pass {}' || true
    done
}

@test "exercises: wrong answers fail, right ones pass, five times" {
    run verdicts
    assert_output ""
}

@test "exercises: wrong answers fail, right ones pass, five times beside eight busy processes" {
    eight_busy
    run verdicts
    assert_output ""
}

@test "exercises: every mutant of a solution fails, or does the same" {
    run scripts/checking/mutants
    refute_line --regexp '^[0-9]+: '
    assert_success
}

@test "mutants: what the checks let through is named, unless it is listed as the same" {
    local base

    small_workbook
    sed -i '/n=\$((4/,/seq 1/d' "$copy/01-loop/exercises/1_count.bats" # 3 is 3 in any base
    base="main: long n = argc > 1 ? strtol(argv[1], NULL, 10) : 0; \
=> long n = argc > 1 ? strtol(argv[1], NULL, "
    run env -u BUILD -u MAKEFLAGS "$copy/scripts/checking/mutants" 01-1
    assert_failure
    assert_line --partial ": ${base}11) : 0;"
    assert_line --partial ": ${base}9) : 0;"
    refute_line --partial "i <= n"
    assert_line --regexp '^01-1: [0-9]+ mutants: [0-9]+ fail, .* survive$'
    sed -n 's/^[0-9]*: //; s/$/\tany base will do/; /^main/p' <<<"$output" \
        >"$copy/01-loop/solutions/1_count.same"
    run env -u BUILD -u MAKEFLAGS "$copy/scripts/checking/mutants" 01-1
    assert_success
    assert_output --regexp '^01-1: .* 0 survive$'
}
