#!/usr/bin/env bats
# The layout: a file in the wrong room is named, with the room it belongs in.

load ../lib/test_helper

plain_build_only=yes

# put FILE [TEXT]: a file of the small workbook in $BATS_TEST_TMPDIR/book.
put() {
    mkdir -p "$BATS_TEST_TMPDIR/book/$(dirname "$1")"
    printf '%s\n' "${2-text}" >"$BATS_TEST_TMPDIR/book/$1"
}

# named WHY FILE [TEXT]: that file alone is out of place, for this reason.
named() {
    put "$2" "${3-text}"
    run "$root/scripts/checking/check-layout" "$BATS_TEST_TMPDIR/book"
    assert_failure
    assert_output --regexp "^$2: .*$1[^"$'\n'"]*\$"
    rm "$BATS_TEST_TMPDIR/book/$2"
}

@test "layout: every file of the workbook is in its room" {
    [[ -d 01-loop/solutions ]] || skip "a handout: the learner may add what they like"
    run scripts/checking/check-layout
    assert_success
    assert_output ""
}

@test "layout: a file in a wrong room is named, with the right room" {
    put 01-loop/a.c 'int main(void)'
    put 01-loop/tests/a.bats
    put 01-loop/exercises/1_x.c
    put 01-loop/exercises/1_x.bats
    put 01-loop/exercises/hints/1_x.md
    run "$root/scripts/checking/check-layout" "$BATS_TEST_TMPDIR/book"
    assert_success
    named "01-loop/modules/ is for these" 01-loop/b.h
    named "01-loop/modules/ is for these" 01-loop/b.c 'int b(void)'
    named "a twin without b.c" 01-loop/b.py
    named "01-loop/tests/ is for these" 01-loop/a.bats
    named "01-loop/tests/helpers/ is for these" 01-loop/peer.bash
    named "b.h is missing" 01-loop/modules/b.c
    named "b.c is missing" 01-loop/modules/b.h
    named "bears the name of the program or module" 01-loop/tests/rules.bats
    named "tests/drivers/ is for these" 01-loop/proofs/b.c 'int main(void)'
    named "without 01-loop/exercises/2_y.c" 01-loop/solutions/2_y.c
    named "an answer to no exercise" 01-loop/exercises/wrong/2_y-late.patch
    named "see ARCHITECTURE.md" 01-loop/notes.txt
    named "see ARCHITECTURE.md" 01-loop/old/a.c
    named "scripts/ is for commands" scripts/cards.bash
    named "chmod" scripts/quiz
}

@test "layout: compile_flags.txt names the modules of every chapter, for editors before a build" {
    run grep '^-I[0-9]' compile_flags.txt
    assert_output "$(printf -- '-I%s\n' [0-9][0-9]-*/modules)"
}
