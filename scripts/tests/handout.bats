#!/usr/bin/env bats
# make handout and make gradescope, in a copy of the workbook with two small
# exercises. That a handout's own suite is green is shown by soak/grade.bats.

load ../lib/test_helper
load helpers/copy

plain_build_only=yes

copy_workbook() {
    local here=$root/scripts/tests/hostile chapter

    small_copy "$BATS_TEST_TMPDIR/book" README.md .gitignore
    book=$copy
    for chapter in 01-loop 02-sockets; do
        mkdir -p "$book/$chapter/"{exercises/{wrong,hints},solutions}
        cp "$root/$chapter"/*.{c,md} "$book/$chapter"
        cp "$here/exercises/1_greet.bats" "$book/$chapter/exercises"
        cp "$here/exercises/1_greet.c" "$book/$chapter/solutions"
        echo 'int main(void) { return 0; }' >"$book/$chapter/exercises/1_greet.c"
        echo secret >"$book/$chapter/exercises/wrong/1_greet-not.patch"
        echo '## 1. greet — say hello' >"$book/$chapter/exercises/README.md"
        printf '## Hint 1\n\nSay it.\n' >"$book/$chapter/exercises/hints/1_greet.md"
    done
}

commit() {
    command -v git >/dev/null || skip "git is not here: scripts/setup --dev"
    git -C "$book" init -q
    git -C "$book" add -A
    git -C "$book" -c user.name=a -c user.email=a@b commit -qm all
}

in_book() {
    quiet_make -s -C "$book" "$@"
}

@test "handout: has the exercises and no answers, and works by itself" {
    copy_workbook
    commit
    echo "the teacher's own" >"$book/build.txt"
    echo /build.txt >>"$book/.gitignore"
    run in_book handout
    assert_success
    assert_output --regexp "^build/handout/event-loop-workbook.tar.gz  [0-9]+ files, [0-9]+ KiB$"
    mkdir "$BATS_TEST_TMPDIR/student"
    tar -C "$BATS_TEST_TMPDIR/student" -xzf "$book/build/handout/event-loop-workbook.tar.gz"
    book=$BATS_TEST_TMPDIR/student/event-loop-workbook
    run find "$book" -name solutions -o -name wrong -o -name build.txt -o -name .git
    assert_output ""
    run in_book practice CHAPTER=1
    assert_success
    assert_output --partial "01-1 greet — say hello"
    assert_output --partial "✗ it greets the number it was given"
    run in_book hint
    assert_line "    Say it."
    cp "$root/scripts/tests/hostile/exercises/1_greet.c" "$book/01-loop/exercises"
    run in_book practice EXERCISE=01-1
    assert_output --partial "✓ solved"
}

@test "handout CHAPTER=: that chapter's exercises only; without git, too" {
    copy_workbook
    run in_book handout CHAPTER=2
    assert_success
    assert_output --partial "with the exercises of 02-sockets"
    book=$book/build/handout/event-loop-workbook
    [[ -e $book/02-sockets/exercises/1_greet.c && -e $book/01-loop/loop.c ]]
    assert_equal "$(ls "$book/01-loop/exercises")" README.md
    [[ ! -e $book/02-sockets/solutions ]]
}

@test "handout: a solved exercise, or one that is changed, is not given away" {
    copy_workbook
    commit
    echo '// mine' >>"$book/01-loop/exercises/1_greet.c"
    run in_book handout
    assert_failure
    assert_line "  01-loop/exercises/1_greet.c"
    [[ ! -e $book/build/handout ]]
    cp "$book/01-loop/"{solutions,exercises}/1_greet.c
    git -C "$book" -c user.name=a -c user.email=a@b commit -qam solved
    run in_book handout
    assert_failure
    assert_line "  01-loop/exercises/1_greet.c"
}

@test "gradescope: the zip, unpacked, writes results.json, whatever is handed in" {
    copy_workbook
    home=$BATS_TEST_TMPDIR/autograder
    run in_book gradescope CHAPTER=1
    assert_success
    mkdir -p "$home"/{source,submission}
    /usr/bin/python3 -m zipfile -e "$book/build/autograder.zip" "$home/source"
    [[ -e $home/source/setup.sh && ! -e $home/source/workbook/01-loop/solutions ]]
    run bash "$home/source/setup.sh"
    assert_output "Everything is there; nothing to install."
    unset MAKEFLAGS MAKELEVEL BUILD
    export AUTOGRADER_HOME=$home EXERCISE_PATIENCE=2
    run bash "$home/source/run_autograder"
    run cat "$home/results/results.json"
    assert_line '      "score": 0,'
    assert_line '      "output": "missing",'
    cp "$root/scripts/tests/hostile/exercises/1_greet.c" "$home/submission"
    run bash "$home/source/run_autograder"
    run cat "$home/results/results.json"
    assert_line '      "score": 1,'
    assert_line '  "output": "1 of 1 solved",'
    rm -r "$home/source/workbook/Makefile"
    run bash "$home/source/run_autograder"
    run cat "$home/results/results.json"
    assert_output --partial '"score": 0, "output": "The grader itself failed'
}
