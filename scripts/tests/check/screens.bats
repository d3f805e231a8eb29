#!/usr/bin/env bats
# What is printed fits the terminal: at 80 columns, and at 60, no line is wider, and
# what is broken is broken between words.

load ../../lib/test_helper
load ../helpers/copy

plain_build_only=yes

teardown() {
    [[ -z ${tmux-} ]] || "${tmux[@]}" kill-server 2>/dev/null || true
}

# The workbook in small: one program, which prints a long line; one card, the longest
# that there is; one exercise; five chapters.
setup_file() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || return 0 # the tests are skipped
    small_copy "$BATS_FILE_TMPDIR/copy" 01-loop/{README.md,run} \
        0{2-sockets,3-tasks,4-pool,5-pitfalls}/README.md
    mkdir -p "$copy"/01-loop/{tests,exercises/hints}
    cat >"$copy/01-loop/loop.c" <<'EOF'
#include <stdio.h>
int main(int argc, char **argv)
{
    puts("A line in C that is far too wide: äöü … → and it goes on, and on, to the end of "
         "the world");
    return argc > 9 && !argv;
}
EOF
    echo 'print("A line in Python that is far too wide: äöü … → and it goes on, and on.")' \
        >"$copy/01-loop/loop.py"
    sed -i '/^play/d' "$copy/01-loop/run"
    sed -i '/play.bash"$/r /dev/stdin' "$copy/01-loop/run" <<'EOF'
play "one of each kind, which is lost" "aiomysql.create_pool, acquire" \
    loop 'with two words' "and one that is $(printf %045d 0) long" and more, and more
EOF
    { # a card
        echo '## 01-01 Why is this question, which a colleague asks, longer than any line of any terminal?'
        sed -n '/^## 02-19 /,/^<a id/{/^## \|^<a id/!p}' "$root/02-sockets/interview.md"
    } >"$copy/01-loop/interview.md"
    cat >"$copy/01-loop/tests/interview.bats" <<'EOF'
load ../../scripts/lib/test_helper
@TEST "01-01 a claim of one line that is as long as a claim of one line is allowed to be" {
    run_program loop "it's" "two  words" 0 1 2 3 4 a count close ask b return c "with $(printf %030d 1)"
}
EOF
    sed -i 's/^@TEST/@test/' "$copy/01-loop/tests/interview.bats"
    printf '%s\n' '## 1. count — count up to N, which is a number that the caller gives you on the line' \
        >"$copy/01-loop/exercises/README.md"
    cp "$root/02-sockets/exercises/hints/4_"*.md "$copy/01-loop/exercises/hints/1_count.md"
    cat >"$copy/01-loop/exercises/1_count.bats" <<'EOF'
load ../../scripts/checking/exercise_helper
@TEST "it counts to N, and what it prints is longer than a line of any terminal is, at 80" {
    run_exercise 3 "a word" "and more words" 4 5 6 7 8 9
    expect_output "one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve"
}
EOF
    sed -i 's/^@TEST/@test/' "$copy/01-loop/exercises/1_count.bats"
    for each in "$copy"/0[2-5]-*; do # for the table only
        mkdir -p "$each/exercises"
        touch "$each"/exercises/{1_a,2_b,3_c,4_d}.{c,bats}
        echo '## 1. a — a title that is longer than it should be' >"$each/exercises/README.md"
    done
}

# answer WORDS: 1_count prints them.
answer() {
    printf '#include <stdio.h>\nint main(void)\n{\n    puts("%s");\n%s}\n' "$1" "${2-}" \
        >"$BATS_FILE_TMPDIR/copy/01-loop/exercises/1_count.c"
}

# on_terminal COLUMNS COMMAND: runs it in the copy, on a terminal of 24 rows; sets
# $output, without colours and without lines that the next has covered.
on_terminal() {
    run script -qec "stty cols $1 rows 24
        cd '$BATS_FILE_TMPDIR/copy' && env -u MAKEFLAGS -u MAKELEVEL -u BUILD $2" /dev/null </dev/null
    output=$(sed -E 's/\x1b\[[0-9]*[mK]//g; s/\r+$//; s/.*\r//' <<<"$output")
    mapfile -t lines <<<"$output"
    fits "$1"
}

# fits COLUMNS: no line of $output is wider.
fits() {
    ! grep -E ".{$(($1 + 1))}" <<<"$output" || fail "wider than $1 columns"
}

# printed COLUMNS: stdin, as markdown prints it. In a shell of its own: bats traces its.
printed() {
    bash -c 'source scripts/lib/terminal.bash; columns=$1; markdown 8' - "$1"
}

# words: each on a line, without the marks of broken commands.
words() {
    grep -v '^```' | tr -s '[:space:]' '\n' | grep -vx '\\\?'
}

@test "wrap: breaks between words, keeps columns and colours, and hangs" {
    source scripts/lib/terminal.bash
    columns=30
    run wrap 4 <<<"  a  short one,  as it is"
    assert_output "  a  short one,  as it is"
    run wrap 4 <<<"  äöü  words that are  to stay whole, all of them "
    assert_output "  äöü  words that are  to stay
      whole, all of them"
    run wrap 2 <<<$'\e[1mbold\e[0m, which is as wide as 25 and more'
    assert_output $'\e[1mbold\e[0m, which is as wide as 25
  and more'
    run wrap 2 <<<"no space: 0123456789012345678901234567890123456789"
    assert_output "no space:
  0123456789012345678901234567
  890123456789"
    run timeout 10 bash -c 'source scripts/lib/terminal.bash; columns=30; printf "%99s\n" x | wrap 2'
    assert_output $'\n          x'
}

@test "wrap -c: a broken command is the same command" {
    source scripts/lib/terminal.bash
    columns=30
    command=$'printf "[%s]" \'a  b c d\' it\\\'s "in \\" two" three four five six | tac -s x'
    run wrap -c 4 <<<"$command"
    fits 30
    assert_line --index 0 --regexp ' \\$'
    assert_equal "$(bash -c "$output")" "$(bash -c "$command")"
}

@test "flow: items stay whole, beside each other or one under the other" {
    source scripts/lib/terminal.bash
    columns=30
    run flow 2 "one item" "another" "the third item" "a fourth" "a fifth that is too wide for it"
    assert_output "one item   another
  the third item   a fourth
  a fifth that is too wide for
    it"
}

@test "markdown: paragraphs are filled anew, lists hang, code keeps its lines" {
    source scripts/lib/terminal.bash
    columns=40
    run markdown 2 <<'EOF'
A [link](to/a/page.md), and a line
of source: make prove CARD=01-02 is whole.

- An item that is longer than a line of 40.
- Another item, also longer than one line.

```c file.c
    for (;;)
        go(on);
```
EOF
    assert_output "  A link, and a line of source:
  make prove CARD=01-02 is whole.

  - An item that is longer than a line
    of 40.
  - Another item, also longer than one
    line.

      for (;;)
          go(on);"
}

@test "screens: the width is the terminal's, and 80 in a pipe" {
    on_terminal 60 "bash -c 'source scripts/lib/terminal.bash; echo \$columns \$rows'"
    assert_output "60 24"
    run bash -c 'source scripts/lib/terminal.bash; echo $columns $rows'
    assert_output "80 24"
}

@test "screens: every answer and hint fits, no word is cut, and at 80 no line of code" {
    local all text columns

    # As the words of a link are printed; those in code look like none.
    all=$(cat [0-9][0-9]-*/{interview.md,exercises/hints/*.md} |
        sed -zE 's/\[([^]]*)\]\([^)]*\)/\1/g')
    text=$(sed '/^```/,/^```/d' <<<"$all")
    for columns in 80 60; do
        output=$(printed "$columns" <<<"$all")
        fits "$columns"
        diff <(words <<<"$text") <(printed "$columns" <<<"$text" | words) ||
            fail "not the same words at $columns columns"
    done
    run comm -23 <(sed -n '/^```/,/^```/{/^```/!s/^ *//p}' <<<"$all" | sort -u) \
        <(printed 80 <<<"$all" | sed 's/^ *//' | sort -u)
    assert_output "" # else this code is too wide
}

@test "screens: help and the lists fit" {
    for columns in 80 60; do
        for command in help run-chapter compare; do
            on_terminal "$columns" "scripts/$command"
            assert_success
            assert_output --partial "CHAPTER=01-loop"
        done
        for command in "CHAPTER=7 scripts/quiz" "CARD=01-99 scripts/prove" "EXERCISE=x scripts/hint"; do
            on_terminal "$columns" "$command"
            assert_failure 2
        done
    done
}

@test "screens: a hint fits" {
    for columns in 80 60; do
        on_terminal "$columns" "EXERCISE=1-1 scripts/hint"
        assert_success
        assert_line --regexp "^  hint [1-9] of [1-9]$"
    done
}

@test "screens: practice, with the table, a failure, an error, and when it is solved" {
    answer "one, two, three, four, five, six, seven, nine, ten, and so on, to the end of it"
    for columns in 80 60; do
        on_terminal "$columns" "make practice EXERCISE=1-1"
        assert_success
        assert_line --partial "05-pitfalls ○○○○"
        assert_line --regexp "^      did       make try .*\\\\$"
        assert_line --regexp "^      came      one, two"
    done
    answer "" "    a_function_that_is_missing(); another_function_that_is_missing_as_well(1, 2, 3);"
    on_terminal 60 "make practice EXERCISE=1-1"
    assert_line --partial "it does not compile"
    answer "one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve"
    sed -i '/^## When/,$d' "$BATS_FILE_TMPDIR/copy/01-loop/exercises/hints/1_count.md"
    printf '\n## When it is solved\n\nA line of 76 columns, %s.\n' \
        "which is as much as there may be in a debrief" \
        >>"$BATS_FILE_TMPDIR/copy/01-loop/exercises/hints/1_count.md"
    for columns in 80 60; do
        on_terminal "$columns" "make practice EXERCISE=1-1"
        assert_success
        assert_line "  ✓ solved"
        assert_line --partial "  next: 02-1"
    done
}

@test "screens: a chapter as it is played, and what it says of a wide line" {
    for columns in 80 60; do
        on_terminal "$columns" "make run-chapter CHAPTER=1"
        assert_success
        assert_line "              asyncio: aiomysql.create_pool, acquire"
        assert_line --regexp '^  \$ build/01-loop/loop .*\\$'
        assert_line --partial "  A line in C"
        assert_line "Practise:  make practice CHAPTER=01"
    done
}

@test "screens: compare has two columns at 80, and one text at 60" {
    needs_python
    on_terminal 80 "make compare CHAPTER=1"
    assert_failure
    assert_line "  C, libevent                              Python, asyncio"
    assert_line "  A line in C that is far too wide: äöü |  A line in Python that is far too"
    assert_line --partial "They differ: "
    on_terminal 60 "make compare CHAPTER=1"
    assert_failure
    assert_line "  < A line in C that is far too wide: äöü … → and it goes"
    assert_line "  > A line in Python that is far too wide: äöü … → and it"
    refute_line --regexp "^  A line"
}

@test "screens: prove, and what it ran can be pasted" {
    for columns in 80 60; do
        on_terminal "$columns" "make prove CARD=1-1"
        assert_success
        assert_line --partial "01-01   Why is this question, which a colleague"
        assert_line --regexp '^  \$ build/01-loop/loop .*\\$'
        command=$(sed -n '/^  \$ /,/[^\\]$/p' <<<"$output")
        eval "set -- ${command#*/loop }"
        assert_equal "$1|$2|$#" "it's|two  words|15"
    done
}

@test "screens: the quiz in a terminal: question, parts of an answer, prompt" {
    local screen width

    needs_tools tmux
    screen_has() {
        screen=$("${tmux[@]}" capture-pane -p)
        # -J joins the lines that the terminal has broken: there must be none.
        [[ $screen == *"$1"* && $screen == "$("${tmux[@]}" capture-pane -p -J | sed 's/ *$//')" ]]
    }
    # Enter, until the last line asks for the verdict.
    read_on() {
        screen_has $'Did you know it?  [y]es  [n]o  [q]uit' && return
        [[ $screen != *"Enter for the rest  [q]uit" ]] || "${tmux[@]}" send-keys Enter
        return 1
    }
    for width in 80 60; do
        tmux=(tmux -S "$BATS_TEST_TMPDIR/tmux.$width" -f /dev/null)
        "${tmux[@]}" new-session -d -x "$width" -y 24 \
            "cd '$BATS_FILE_TMPDIR/copy' && scripts/quiz; sleep 60" 3>&-
        wait_until 20 screen_has "press Enter."
        "${tmux[@]}" send-keys Enter
        wait_until 20 screen_has "Enter for the rest  [q]uit"
        # The question has not been moved out at the top, not even the line before it.
        [[ $screen == $'\n01-01   Why is this question'* ]] || fail "$screen"
        wait_until 20 read_on || fail "$screen"
        "${tmux[@]}" send-keys q Enter
        wait_until 20 screen_has "No question answered."
        "${tmux[@]}" kill-server
    done
}
