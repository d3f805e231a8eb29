# shellcheck shell=bash
# For the tests of practice and of what stands behind it: a workbook with two small
# exercises. Sourced after test_helper and copy.

# A copy of the workbook with two exercises, of which a test writes the first. It
# is made, built and checked once.
small_workbook() {
    copy=$BATS_TEST_TMPDIR/copy
    cp -a "$BATS_FILE_TMPDIR/copy" "$copy"
}

setup_file() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || return 0 # the tests are skipped
    small_copy "$BATS_FILE_TMPDIR/copy" 01-loop/{loop.c,README.md}
    mkdir -p "$copy"/01-loop/{solutions,exercises/{wrong,hints}}
    cat >"$copy/01-loop/exercises/README.md" <<'END'
# Exercises

<a id="1"></a>

## 1. count — count up to N

Print 1 to N.

<a id="2"></a>

## 2. hello — say hello
END
    cat >"$copy/01-loop/exercises/hints/1_count.md" <<'END'
# 1. count — count up to N: hints

## Hint 1

Use a loop.

## Hint 2

`for`, see [card](x.md).
END
    printf '# 2. hello: hints\n\n## Hint 1\n\nputs\n' >"$copy/01-loop/exercises/hints/2_hello.md"
    cat >"$copy/01-loop/exercises/1_count.bats" <<'END'
# Unsolved fails: it counts to N
load ../../scripts/checking/exercise_helper
@TEST "it counts to N" {
    run_exercise 3
    expect_output "1
2
3"
    n=$((4 + RANDOM % 9))
    run_exercise "$n"
    expect_output "$(seq 1 "$n")"
}
@TEST "it fails without N" {
    run_exercise
    expect_status 2
}
@TEST "nothing is left" {
    run_exercise 3
    expect_nothing_left
}
END
    cat >"$copy/01-loop/exercises/2_hello.bats" <<'END'
# Unsolved fails: it says hello
load ../../scripts/checking/exercise_helper
@TEST "it says hello" {
    run_exercise
    expect_output hello
}
END
    sed -i 's/^@TEST/@test/' "$copy"/01-loop/exercises/*.bats
    echo 'int main(void) { return 0; }' >"$copy/01-loop/exercises/2_hello.c"
    solution >"$copy/01-loop/solutions/1_count.c"
    exercise 'return argc > 1 ? 0 : 2;'
    in_copy practice >/dev/null
    rm "$copy/build/practice/current"
}

# solution: of 1_count.
solution() {
    cat <<'END'
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
    long n = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    for (long i = 1; i <= n; i++)
        printf("%ld\n", i);
    return argc > 1 ? 0 : 2;
}
END
}

# exercise BODY: what the learner has made of 1_count. BODY begins in line 10.
exercise() {
    cat >"$copy/01-loop/exercises/1_count.c" <<END
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv)
{
$1
    (void)argc, (void)argv;
    return 0;
}
END
}

# practised BODY WORDS…: with this body, the learner is told each of WORDS.
practised() {
    exercise "$1"
    shift
    run in_copy practice
    assert_success
    for words in "$@"; do
        assert_output --partial "$words"
    done
}

# practised_in_full: practice tells only of the first check that fails in full; here it
# is all of them.
practised_in_full() {
    run in_copy practice
    output=$(
        grep -v '^      ' <<<"$output"
        sed -n 's/^# | /      /p' "$copy/build/practice/01-1.tap"
    )
}
