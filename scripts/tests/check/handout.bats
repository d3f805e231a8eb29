#!/usr/bin/env bats
# make handout and make gradescope, in a copy of the workbook with two small
# exercises. That a handout's own suite is green is shown by soak/grade.bats.

load ../../lib/test_helper
load ../helpers/copy

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

# What a teacher has in the checkout, and students must not get.
submissions() {
    mkdir -p "$book/class/ada"
    echo "right" | tee "$book/class/ada/1_greet.c" "$book/marks.csv" \
        "$book/01-loop/.1_greet.c.swp" >/dev/null
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
    submissions
    echo mine >"$book/scripts/notes"
    run in_book handout
    assert_success
    assert_line "handout: left out, since git does not know it: scripts/notes"
    assert_line --regexp "^build/handout/event-loop-workbook.tar.gz  [0-9]+ files, [0-9]+ KiB$"
    mkdir "$BATS_TEST_TMPDIR/student"
    tar -C "$BATS_TEST_TMPDIR/student" -xzf "$book/build/handout/event-loop-workbook.tar.gz"
    book=$BATS_TEST_TMPDIR/student/event-loop-workbook
    run find "$book" -name solutions -o -name wrong -o -name build.txt -o -name .git -o \
        -name class -o -name marks.csv -o -name notes -o -name '*.swp'
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

@test "handout CHAPTER=, EXERCISE=: those exercises only; without git, too" {
    copy_workbook
    submissions
    echo stray >"$book/02-sockets/notes.txt"
    for part in .bats .c; do
        cp "$book/02-sockets/exercises/"{1_greet,2_part}$part
    done
    printf '# All\n\n<a id="%s"></a>\n\n## %s. it\n\nTask %s.\n' 1 1 1 2 2 2 | sed '8,9d' \
        >"$book/02-sockets/exercises/README.md"
    run in_book handout CHAPTER=2
    assert_success
    assert_output --partial "with the exercises 02-1 02-2"
    made=$book/build/handout/event-loop-workbook
    [[ -e $made/02-sockets/exercises/1_greet.c && -e $made/01-loop/loop.c ]]
    assert_equal "$(ls "$made/01-loop/exercises")" README.md
    [[ ! -e $made/02-sockets/solutions ]]
    run find "$made" -name class -o -name marks.csv -o -name notes.txt -o -name '*.swp'
    assert_output ""
    run in_book handout EXERCISE=2-2,01-1
    assert_output --partial "with the exercises 02-2 01-1"
    assert_equal "$(cd "$made/02-sockets/exercises" && echo *.c)" 2_part.c
    assert_equal "$(cd "$made/01-loop/exercises" && echo *.c)" 1_greet.c
    run cat "$made/02-sockets/exercises/README.md"
    assert_line "Task 2."
    refute_output --partial "Task 1."
    run in_book handout CHAPTER=1,9
    assert_failure
    assert_line "There is no chapter '9'. There are:"
}

@test "handout: every file that git knows has a room" {
    [[ -e .git ]] || skip "no git here"
    source scripts/lib/shipped.bash
    run bash -c 'git -c safe.directory="*" ls-files | grep -vE "^($1)"' - "$workbook_rooms"
    assert_output ""
}

@test "handout: a solved exercise, or one that is changed, is not given away" {
    copy_workbook
    commit
    echo '// mine' >>"$book/01-loop/exercises/1_greet.c"
    run in_book handout
    assert_failure
    assert_line "  01-loop/exercises/1_greet.c"
    [[ ! -e $book/build/handout ]]
    if [[ $EUID == 0 ]]; then # another user's checkout, as in a container
        chown -R 65534 "$book"
        run in_book handout
        assert_failure
        assert_line "  01-loop/exercises/1_greet.c"
        chown -R 0 "$book"
    fi
    mv "$book/.git" "$book/.git.away"
    echo "gitdir: /nowhere" >"$book/.git"
    run in_book handout
    assert_failure
    assert_line "handout: git does not say which files are the workbook's:"
    rm "$book/.git"
    mv "$book/.git.away" "$book/.git"
    cp "$book/01-loop/"{solutions,exercises}/1_greet.c
    git -C "$book" -c user.name=a -c user.email=a@b commit -qam solved
    run in_book handout
    assert_failure
    assert_line "  01-loop/exercises/1_greet.c"
}

@test "gradescope: the zip, unpacked, writes results.json, whatever is handed in" {
    copy_workbook
    home=$BATS_TEST_TMPDIR/autograder
    run in_book gradescope CHAPTER=1 VISIBILITY=later
    assert_failure
    assert_line --partial "VISIBILITY=later: it is visible, hidden, after_due_date or"
    run in_book gradescope CHAPTER=1 VISIBILITY=after_due_date
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
    assert_line '      "visibility": "after_due_date"'
    assert_line '  "visibility": "after_due_date"'
    cp "$root/scripts/tests/hostile/exercises/1_greet.c" "$home/submission"
    run bash "$home/source/run_autograder"
    run cat "$home/results/results.json"
    assert_line '      "score": 1,'
    assert_line '  "output": "1 of 1 solved",'
    rm -r "$home/source/workbook/Makefile"
    run bash "$home/source/run_autograder"
    assert_failure
    [[ ! -e $home/results/results.json ]]
}
