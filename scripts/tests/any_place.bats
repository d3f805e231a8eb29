#!/usr/bin/env bats
# The workbook works wherever it is, and whatever the caller's shell has exported.

load ../lib/test_helper
load helpers/class

plain_build_only=yes

# A checkout in a directory with an awkward name, longer than a Unix socket's path.
awkward_place() {
    copy_workbook "$BATS_TEST_TMPDIR/it's \"my\" \$HOME: 50%  of #1, é; [a-z]*\\n"
    cp --parents 01-loop/{loop.c,run,Makefile,interview.md,tests/interview.bats} \
        01-loop/proofs/blocked_timer.{c,py} "$book"
    sed -i '/^play/{/ loop$/!d}' "$book/01-loop/run"
    echo 'echo "BASH_ENV was read"' >"$BATS_TEST_TMPDIR/startup"
}

# awkwardly COMMAND…: runs it in an environment that lacks what it should have, and
# has what changes bash, make, git, Python and the other tools; without stdin.
awkwardly() {
    env -u HOME -u TERM -u MAKELEVEL LC_ALL=xx_XX.UTF-8 LANG=tr_TR TZ=No/Where COLUMNS=40 \
        SHELLOPTS=noclobber:noglob BASHOPTS=failglob:nocasematch BASH_ENV="$BATS_TEST_TMPDIR/startup" \
        CDPATH=/no/where GREP_OPTIONS=-v GREP_COLOR=1 \
        GIT_DIR=/no/where GIT_INDEX_FILE=/no/where PYTHONHOME=/no/where PYTHONPATH=/no/where \
        TMPDIR="/no/where" SHELL=/no/where MAKEFLAGS=-j4 CFLAGS=-O1 SANITIZE=address \
        BUILD=build/sanitize-address "$@" <&-
}

# works WORDS ARGUMENT…: make succeeds, prints a line WORDS, and nothing complains.
works() {
    run awkwardly make --no-print-directory -C "$book" "${@:2}"
    assert_success
    assert_line --partial "$1"
    # make 4.4 says itself that there is no such TMPDIR.
    output=$(grep -v '^make: TMPDIR value /no/where: ' <<<"$output")
    refute_output --regexp "warning|BASH_ENV|cannot|No such|not found"
}

@test "any place, any environment: chapters, proofs, exercises, grades, the handout" {
    local unsafe=()

    needs_python
    (source scripts/grading/sandbox.bash && sandbox_works >/dev/null) || unsafe=(UNSAFE=1)
    awkward_place
    works "  Task completed" run-chapter CHAPTER=1
    works "✓ proved: asyncio delays it once" prove CARD=01-04
    refute_output --partial "✗"
    mkdir -p "$book/build/practice"
    touch "$book/build/practice/make.said" # to be written over
    works "✗ it greets the number it was given" practice
    answer ada <"$book/01-loop/solutions/1_greet.c"
    works "1 of 1" grade SUBMISSION="$class/ada" "${unsafe[@]}"
    works "build/handout/event-loop-workbook.tar.gz" handout
    touch "$book/01-loop/loop.c"
    book+=/01-loop works "cc 01-loop/loop" loop
    run awkwardly "$book/scripts/quiz"
    assert_success
    assert_line --regexp "^01-[0-9]+   "
}

@test "any environment: what a script leaves of it, at the root" {
    awkward_place
    run awkwardly bash -ec 'set -o posix # which sets POSIXLY_CORRECT
        export POSIXLY_CORRECT
        source "$1/scripts/lib/workbook.bash"; env; set -o; shopt' - "$book"
    assert_success
    refute_output --regexp "no/where|SHELLOPTS|BASHOPTS|POSIXLY|GREP|=xx_XX|MAKEFLAGS"
    refute_output --regexp "(posix|noclobber|noglob|failglob|nocasematch)[[:space:]]+on"
    for line in "PWD=$book" LC_ALL=C.UTF-8 HOME=/nonexistent; do
        assert_line "$line"
    done
}

@test "any place, any environment: with-mariadb" {
    awkward_place
    run --separate-stderr awkwardly "$book/scripts/with-mariadb" \
        sh -c 'mariadb -Ne "SELECT 1" && mariadb -S "$MYSQL_UNIX_PORT" -Ne "SELECT 2"'
    assert_success
    assert_output $'1\n2'
}
