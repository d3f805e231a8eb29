#!/usr/bin/env bats
# Practice: what a learner is told, screen by screen.

load ../lib/test_helper
load helpers/copy
load helpers/practice

plain_build_only=yes

teardown() {
    [[ -z ${tmux-} ]] || "${tmux[@]}" kill-server 2>/dev/null || true
}

@test "practice: did, expected, came; the first open one is shown" {
    small_workbook
    run in_copy practice
    assert_success
    assert_output "0 of 2 solved   01-loop ○○

01-1 count — count up to N
  edit   01-loop/exercises/1_count.c
  task   01-loop/exercises/README.md#1

  ✗ it counts to N
      did       make try EXERCISE=01-1 ARGS=3
      expected  1
                2
                3
      came      (nothing)
  ✓ it fails without N
  ✓ nothing is left

  make hint    a nudge        make watch    check again on every save"
}

# hello CHAPTER: 2_hello there, solved.
hello() {
    printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }' >"$(
        echo "$copy/0$1"-*/exercises/2_hello.c
    )"
}

@test "practice: solved, it goes on to the next; in the end it says so" {
    small_workbook
    in_copy practice
    # Not the answer's fault, but the machine's: the one shown is checked again.
    sed -i 's/^ok 2 /not ok 2 /' "$copy/build/practice/01-1.tap"
    run in_copy practice
    assert_output --partial "✓ it fails without N"
    solution >"$copy/01-loop/exercises/1_count.c"
    run in_copy practice EXERCISE=1-1
    assert_line "  next: 01-2 hello — say hello    make practice EXERCISE=01-2"
    # Rather the next one of the same chapter than an earlier chapter's.
    cp -r "$copy/01-loop" "$copy/02-more"
    run in_copy practice EXERCISE=2-1
    assert_line "  next: 02-2 hello — say hello    make practice EXERCISE=02-2"
    # After the last one of a chapter the next chapter's, not the first of all.
    hello 2
    printf '1..1\nok 1 a\n' | tee "$copy/build/practice/02-1.tap" >"$copy/build/practice/01-2.tap"
    mv "$copy/build/practice/01-1.tap" "$copy/build/kept"
    cp -r "$copy/02-more" "$copy/03-last"
    run in_copy practice EXERCISE=2-2
    assert_line "  next: 03-1 count — count up to N    make practice EXERCISE=03-1"
    mv "$copy/build/kept" "$copy/build/practice/01-1.tap"
    rm -r "$copy"/0[23]-* "$copy"/build/practice/{02-?,01-2}.tap
    echo 01-1 >"$copy/build/practice/current"
    run in_copy practice
    assert_success
    assert_line "1 of 2 solved   01-loop ●○"
    assert_output --partial "01-1 count — count up to N
  ✓ solved
  another way to do it: 01-loop/solutions/1_count.c"
    assert_output --partial "01-2 hello — say hello"
    run in_copy hint
    assert_line "01-2 hello — say hello"
    hello 1
    run in_copy practice
    assert_line "2 of 2 solved   01-loop ●●"
    assert_line "All are solved."
    run in_copy hint
    assert_line --partial "All are solved"
    run in_copy practice CHAPTER=1 EXERCISE=1-1
    assert_success
    assert_line "01-1 count — count up to N"
}

@test "practice: STRICT=1: the exit status says whether all that was asked for is solved" {
    small_workbook
    run in_copy practice EXERCISE=1-1
    assert_success
    run -2 in_copy practice EXERCISE=1-1 STRICT=1
    solution >"$copy/01-loop/exercises/1_count.c"
    run in_copy practice 01-1 STRICT=1
    assert_success
    assert_output --partial "✓ solved"
    run -2 in_copy practice STRICT=1 CHAPTER=1
    run -2 in_copy practice 1-2 STRICT=1
    hello 1
    run in_copy practice STRICT=1
    assert_success
    assert_line "All are solved."
    rm "$copy/01-loop/exercises/1_count.c"
    run -2 in_copy practice STRICT=1
    assert_line "1 of 2 solved   01-loop ○●"
    assert_line "  ✗ the file is missing: 01-loop/exercises/1_count.c"
    assert_line "      make reset EXERCISE=01-1   puts it back"
    run -2 in_copy practice EXERCISE=9-1
    assert_output --partial "There is no exercise '9-1'."
}

@test "practice: one that is as it was handed out is open without being built or run" {
    small_workbook
    rm -r "$copy/build"
    in_copy pack
    run in_copy practice
    assert_line "0 of 2 solved   01-loop ○○"
    assert_output --partial "✗ it counts to N"
    run ls "$copy/build/01-loop/exercises"
    refute_output --partial hello
    refute [ -e "$copy/build/01-loop/solutions" ]
    hello 1
    run in_copy practice
    assert_line "1 of 2 solved   01-loop ○●"
    # However it was solved, it is open again when it is put back.
    in_copy reset 01-2
    run in_copy practice
    assert_line "0 of 2 solved   01-loop ○○"
    # The one that is named is all that is built; in the chapter's folder, too.
    rm -r "$copy/build"
    cp "$root/01-loop/Makefile" "$copy/01-loop"
    run quiet_make -C "$copy/01-loop" practice 01-2
    assert_output --partial "✗ it says hello"
    run ls "$copy/build/01-loop/exercises"
    refute_output --partial count
}

@test "practice: after the tick the warnings, the debrief, another way; hints keep it to themselves" {
    small_workbook
    printf '\n## When it is solved\n\nMost forget N.\n\nDrill: make prove CARD=01-04\n' \
        >>"$copy/01-loop/exercises/hints/1_count.md"
    solution | sed 's/{/{ int unused;/' >"$copy/01-loop/exercises/1_count.c"
    echo 01-1 >"$copy/build/practice/current"
    run in_copy practice
    assert_output --partial "  ✓ solved
  the compiler warns:"
    assert_output --partial "unused variable ‘unused’"
    assert_output --partial "
    Most forget N.

    Drill: make prove CARD=01-04

  another way to do it: 01-loop/solutions/1_count.c
"
    run in_copy practice # it was told
    refute_output --partial "Most forget N."
    run in_copy practice 1-1
    assert_output --partial "Most forget N."
    for _ in 1 2 3; do
        run in_copy hint 1-1
        refute_output --partial "Most forget N."
    done
    assert_output --partial "\`for\`, see card."
}

@test "practice: one seed for all checks of a run, the one that is given" {
    small_workbook
    local drew='complain came "drew $seed $RANDOM"'

    printf 'load ../../scripts/checking/exercise_helper\n' >"$copy/01-loop/exercises/2_hello.bats"
    for check in a b; do
        printf '%stest "%s" {\n    %s\n    false\n}\n' @ "$check" "$drew"
    done >>"$copy/01-loop/exercises/2_hello.bats"
    for _ in 1 2; do
        run in_copy practice 1-2 SEED=4711
        sed -n 's/^# | came *//p' "$copy/build/practice/01-2.tap" >>"$BATS_TEST_TMPDIR/drawn"
    done
    assert_equal "$(sort -u "$BATS_TEST_TMPDIR/drawn" | wc -l)" 2
    assert_equal "$(grep -c '^drew 4711 [0-9]' "$BATS_TEST_TMPDIR/drawn")" 4
    in_copy practice 1-2
    run sed -n 's/^# | came *drew \([0-9]*\) .*/\1/p' "$copy/build/practice/01-2.tap"
    assert_equal "${lines[0]}" "${lines[1]}"
    run -2 in_copy practice SEED='a[0]'
    assert_output --partial "SEED=a[0]: it is a number"
}

@test "practice: number 0 is an example: it is checked when it is named, and not counted" {
    small_workbook
    solution >"$copy/01-loop/exercises/0_count.c"
    sed 's/^# Unsolved.*//' "$copy/01-loop/exercises/1_count.bats" >"$copy/01-loop/exercises/0_count.bats"
    run in_copy practice
    assert_line "0 of 2 solved   01-loop ○○"
    assert_line "  a solved example first: 01-loop/exercises/README.md#0"
    run in_copy practice 01-0
    assert_line "  ✓ the example passes its checks"
    assert_line "  next: 01-1 count — count up to N    make practice EXERCISE=01-1"
    run --separate-stderr in_copy try 01-0 ARGS=2
    assert_line --index 0 1
    hello 1
    run in_copy practice
    assert_line "1 of 2 solved   01-loop ○●"
    refute_output --partial "example"
}

@test "practice: what takes more than a second says how far it is" {
    small_workbook
    sed -i '/^load/a sleep 0.8' "$copy"/01-loop/exercises/*.bats
    run in_copy practice
    assert_line "checking 1 of 2 …"
    assert_line "0 of 2 solved   01-loop ○○"
    run script -qec "env -u MAKEFLAGS -u NO_COLOR -u BUILD make -C $copy practice 1-2" /dev/null
    assert_output --partial $'\r\e[Kchecking 01-2 …\r\e[K0 of 2'
}

@test "practice: does not compile: the compiler's words, and the rest goes on" {
    small_workbook
    practised 'retrun 0;' "✗ it does not compile:" \
        "01-loop/exercises/1_count.c:10:1: error: ‘retrun’ undeclared" "01-loop ○○"
    refute_output --partial "make["
    run in_copy -j 2 all
    assert_success
    assert_output --partial "1_count.c does not compile (yet): make practice EXERCISE=01-1"
    [[ -x $copy/build/01-loop/loop && -x $copy/build/01-loop/exercises/2_hello ]]
    practised "$(printf 'int unused%d;\n' {1..20})" "the compiler warns:" \
        "unused variable ‘unused20’" "lines more, in build/01-loop/exercises/1_count.said"
    refute_output --partial "unused variable ‘unused1’"
    # As a local of a task is after an AWAIT. Without optimisation gcc says nothing.
    practised 'switch (argc) { case 0: for (int i = 0; i < 3; i++) { argc = 5;
if (!puts("")) return 0;
__attribute__((fallthrough)); case 1: printf("%d", i); } }' \
        "‘i’ may be used uninitialized"
    assert_equal "$(grep -c 'may be used' <<<"$output")" 1
}

# The scene of 1_count: main, and a helper that a whole answer has by the same name.
scene() {
    mkdir -p "$copy/01-loop/exercises/given"
    # It cannot be compiled by itself: it needs what declares size_t.
    echo 'void count(long n); void other(size_t n);' >"$copy/01-loop/exercises/given/1_scene.h"
    cat >"$copy/01-loop/exercises/given/1_scene.c" <<'END'
#include <stdlib.h>
#include "1_scene.h"
#include "shared.h"
int main(int argc, char **argv)
{
    count(argc > 1 ? strtol(argv[1], NULL, 10) : 0);
    return status_of(argc);
}
END
    echo 'int status_of(int argc);' >"$copy/01-loop/exercises/given/shared.h"
    printf '#include "shared.h"\nint status_of(int argc) { return argc > 1 ? 0 : 2; }\n' \
        >"$copy/01-loop/exercises/given/shared.c"
}

@test "practice: the scene in given/ is linked; an answer with a scene of its own is solved, too" {
    small_workbook
    scene
    printf '%s\n' '#include <stdio.h>' '#include "given/1_scene.h"' 'void count(long n)' '{' \
        '    for (long i = 1; i <= n; i++)' '        printf("%ld\n", i);' '}' \
        >"$copy/01-loop/exercises/1_count.c"
    run in_copy practice EXERCISE=01-1
    assert_output --partial "✓ solved"
    # Built again, after the compiler has noted which headers it depends on.
    for file in exercises/1_count.c exercises/given/1_scene.h; do
        touch "$copy/01-loop/$file"
        run in_copy "build/01-loop/exercises/1_count"
        assert_success
        assert_line "cc 01-loop/exercises/1_count"
        refute_output --partial "does not compile"
    done
    { # names of the scene's own: as a whole answer may have them
        echo 'static int status_of(int argc) { return argc > 1 ? 0 : 2; }'
        solution | sed 's/return argc > 1 ? 0 : 2;/return status_of(argc);/'
    } >"$copy/01-loop/exercises/1_count.c"
    run in_copy practice EXERCISE=01-1
    assert_output --partial "✓ solved"
    printf '#include <stdio.h>\n#include "given/1_scene.h"\nvoid count(long n) { (void)n; }\n' \
        >"$copy/01-loop/exercises/1_count.c"
    run in_copy practice EXERCISE=01-1
    assert_output --partial "expected  1"
}

@test "practice: a result is kept until the checks change, any part of them" {
    small_workbook
    for part in judge.bash explain_report.py; do
        sed -i 's/^not ok 1 /ok 1 /' "$copy/build/practice/01-2.tap"
        run in_copy practice EXERCISE=1-1
        assert_line "1 of 2 solved   01-loop ○●"
        touch "$copy/scripts/checking/$part"
        run in_copy practice EXERCISE=1-1 # that one only is checked
        assert_line "0 of 2 solved   01-loop ○?"
        assert_line "(? changed since it was solved: make practice checks it)"
        run in_copy practice
        assert_line "0 of 2 solved   01-loop ○○"
    done
}

@test "practice: colour on a terminal only, and not with NO_COLOR" {
    small_workbook
    run script -qec "env -u MAKEFLAGS -u NO_COLOR -u BUILD make -C $copy practice" /dev/null
    assert_success
    assert_output --partial $'\e[31m✗'
    run script -qec "env -u MAKEFLAGS -u BUILD NO_COLOR=1 make -C $copy practice" /dev/null
    assert_success
    refute_output --regexp $'\e\\[[0-9]'
}

@test "practice: an unknown exercise prints the list, exit 2" {
    small_workbook
    run -2 in_copy practice EXERCISE=01-7
    assert_line "There is no exercise '01-7'. Exercises are named as 01-2,"
    assert_line "chapters by CHAPTER=01. There are:"
    assert_line "  01-1  count — count up to N"
    run -2 in_copy hint EXERCISE=nonsense
    assert_line --partial "There is no exercise 'nonsense'."
}

@test "hint: the next one each time, of the first open exercise or the one named" {
    small_workbook
    run in_copy hint
    assert_success
    assert_output "01-1 count — count up to N

  hint 1 of 2

    Use a loop."
    in_copy practice
    run in_copy hint
    assert_output --partial "  hint 2 of 2

    \`for\`, see card."
    run in_copy hint
    assert_output --partial "hint 1 of 2"
    assert_output --partial "hint 2 of 2"
    assert_line "  These are all there are. The lesson: 01-loop/README.md"
    run in_copy hint EXERCISE=1-2
    assert_line "  hint 1 of 1"
    run in_copy hint CHAPTER=01
    assert_line "01-1 count — count up to N"
    run -2 in_copy hint CHAPTER=07
    # The one that practice has shown.
    echo 01-2 >"$copy/build/practice/current"
    run in_copy hint
    assert_line "  hint 1 of 1"
}

@test "watch: checks again on every save, what was saved" {
    needs_tools tmux
    small_workbook
    tmux=(tmux -S "$BATS_TEST_TMPDIR/tmux" -f /dev/null)

    screen_has() {
        "${tmux[@]}" capture-pane -p | grep -qF -e "$1"
    }
    gone() {
        ! "${tmux[@]}" has-session 2>/dev/null
    }
    # watching HEIGHT [EXERCISE=…]: in a terminal; what it ever shows is in `shown`.
    watching() {
        "${tmux[@]}" new-session -d -x 100 -y "$1" \
            "read && env -u MAKEFLAGS -u MAKELEVEL -u BUILD make -C $copy watch ${2-}" 3>&-
        "${tmux[@]}" pipe-pane "cat >$BATS_TEST_TMPDIR/shown"
        "${tmux[@]}" send-keys Enter
    }
    watching 40
    wait_until 60 screen_has "✗ it counts to N" || fail "$("${tmux[@]}" capture-pane -p)"
    echo 'int main(void) { return 1; }' >"$copy/01-loop/exercises/2_hello.c"
    wait_until 60 screen_has "✗ it says hello" || fail "$("${tmux[@]}" capture-pane -p)"
    refute screen_has "✗ it counts to N"
    grep -q "checking the exercises …" "$BATS_TEST_TMPDIR/shown"
    solution >"$copy/new.c" # as an editor saves: a new file of the old name
    mv "$copy/new.c" "$copy/01-loop/exercises/1_count.c"
    wait_until 60 screen_has "1 of 2 solved" || fail "$("${tmux[@]}" capture-pane -p)"
    wait_until 60 screen_has "✓ solved" || fail "$("${tmux[@]}" capture-pane -p)"
    wait_until 60 screen_has "✗ it says hello" || fail "$("${tmux[@]}" capture-pane -p)" # the next
    hello 1
    wait_until 60 screen_has "All are solved." || fail "$("${tmux[@]}" capture-pane -p)"
    "${tmux[@]}" send-keys C-c
    wait_until 30 gone

    # That exercise it is, also when it is solved; one failure in full.
    echo 'int main(void) { return 1; }' | tee "$copy"/01-loop/exercises/{1_count,2_hello}.c
    watching 24 EXERCISE=1-1
    wait_until 60 screen_has "✗ it fails without N" || fail "$("${tmux[@]}" capture-pane -p)"
    screen_has "did       make try EXERCISE=01-1 ARGS=3"
    refute screen_has "exit 2"
    grep -q "checking 1-1 …" "$BATS_TEST_TMPDIR/shown"
    solution >"$copy/01-loop/exercises/1_count.c"
    wait_until 60 screen_has "next: 01-2 hello" || fail "$("${tmux[@]}" capture-pane -p)"
    refute screen_has "✗"
    "${tmux[@]}" send-keys C-c
    wait_until 30 gone
}
