#!/usr/bin/env bats
# Practice: what a learner is told, and that exercises are held to their form.

load ../lib/test_helper
load helpers/copy

plain_build_only=yes

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

teardown() {
    [[ -z ${tmux-} ]] || "${tmux[@]}" kill-server 2>/dev/null || true
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

@test "practice: did, expected, came; the first open one is shown" {
    small_workbook
    run in_copy practice
    assert_success
    assert_output "0 of 2 solved   01-loop ○○

01-1 count — count up to N
  edit   01-loop/exercises/1_count.c
  task   01-loop/exercises/README.md#1

  ✗ it counts to N
      did       ./1_count 3
      expected  1
                2
                3
      came      (nothing)
  ✓ it fails without N
  ✓ nothing is left

  make hint    a nudge        make watch    check again on every save"
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
    rm -r "$copy/02-more"
    echo 01-1 >"$copy/build/practice/current"
    run in_copy practice
    assert_success
    assert_line --index 0 "1 of 2 solved   01-loop ●○"
    assert_output --partial "01-1 count — count up to N
  ✓ solved      another way to do it: 01-loop/solutions/1_count.c"
    assert_output --partial "01-2 hello — say hello"
    run in_copy hint
    assert_line "01-2 hello — say hello"
    printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }' \
        >"$copy/01-loop/exercises/2_hello.c"
    run in_copy practice
    assert_line --index 0 "2 of 2 solved   01-loop ●●"
    assert_line "All are solved."
    run in_copy hint
    assert_line --partial "All are solved"
    run in_copy practice CHAPTER=1 EXERCISE=1-1
    assert_success
    assert_line "01-1 count — count up to N"
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

# outcomes CASE…: the first exercise does what its argument says, each tested by
# "run_exercise CASE; expect_nothing_left"; it is checked once.
outcomes() {
    local bats=$copy/01-loop/exercises/1_count.bats

    printf 'load ../../scripts/checking/exercise_helper\n' >"$bats"
    for case in "$@"; do
        # shellcheck disable=SC2016 # bats writes the "@"
        printf '%stest "%s" {\n    run_exercise %s\n    expect_nothing_left\n}\n' @ "$case" "$case"
    done >>"$bats"
    exercise 'char *p;
int big = 2147483647, ends[2];
struct event_base *base;
const char *c = argv[1];
if (!strcmp(c, "use_after_free")) {
p = malloc(1); free(p); return *p;
} else if (!strcmp(c, "overflow")) {
return strcpy(malloc(1), argv[0])[0];
} else if (!strcmp(c, "segv")) {
*(volatile int *)40960 = 1;
} else if (!strcmp(c, "null")) {
*(volatile int *)(long)(argc - 2) = 1;
} else if (!strcmp(c, "null_event")) {
event_free(NULL);
} else if (!strcmp(c, "signed_overflow")) {
return big + argc;
} else if (!strcmp(c, "abort")) {
abort();
} else if (!strcmp(c, "sigpipe")) {
int raise(int); raise(13);
} else if (!strcmp(c, "leak")) {
for (int i = 0; i < 2; i++) { p = malloc(7); p = NULL; }
} else if (!strcmp(c, "base")) {
base = event_base_new(); base = NULL; (void)base;
} else if (!strcmp(c, "exit")) {
base = event_base_new(); exit(1);
} else if (!strcmp(c, "socket")) {
socket(AF_INET, SOCK_STREAM, 0);
} else if (!strcmp(c, "files")) {
return pipe(ends) + open("/dev/null", 0) < 0;
} else if (!strcmp(c, "prints")) {
for (;;) puts("and on, and on");
} else if (!strcmp(c, "memory")) {
for (;;) memset(malloc(1 << 20), 1, 1 << 20);
} else if (!strcmp(c, "terminal")) {
puts("\033[2Jred\a\001"); fflush(stdout); abort();
} else if (!strcmp(c, "asleep")) {
for (;;) usleep(1000);
} else if (!strcmp(c, "busy")) {
for (volatile int i = 0;; i = 1);
} else if (!strcmp(c, "minus_1")) {
return -1;
}'
    run in_copy practice
    assert_success
}

@test "practice: crashes: the reason, the function, the line; no end of output or memory" {
    small_workbook
    outcomes use_after_free overflow segv null null_event signed_overflow abort sigpipe prints memory \
        terminal "segv 2" minus_1
    assert_output --partial "it crashed: heap-use-after-free in main, 1_count.c:15"
    assert_output --partial "it crashed: heap-buffer-overflow in main, 1_count.c:17"
    assert_output --partial "it crashed: SEGV in main, 1_count.c:19"
    assert_output --partial "it crashed: store to null pointer of type"
    assert_output --partial "it crashed: SEGV: a NULL pointer was given to event_free in main, 1_count.c:23"
    assert_output --partial "it crashed: signed integer overflow: 2147483647 + "
    assert_output --partial "it crashed: ABRT in main, 1_count.c:27"
    assert_output --partial "it crashed: killed by SIGPIPE (it wrote to a connection"
    assert_output --partial "it prints without end: stopped after 1 MiB"
    assert_output --partial "it takes memory without end: stopped at 512 MiB"
    assert_output --partial "✓ minus_1" # no signal has this number
    assert_output --partial "?[2Jred??"
    refute_output --partial $'\e'
    refute_output --partial DEADLYSIGNAL
}

@test "practice: leaks and open descriptors: how much, of what, from where" {
    small_workbook
    outcomes leak base exit socket files
    assert_output --partial "it leaks: 14 bytes, from main, 1_count.c:31"
    assert_output --partial "it leaks: 3 descriptors still open at exit: an event base, 2 pipes"
    assert_output --partial "it leaks: it ended (exit 1) without freeing anything: by exit()?"
    assert_output --partial "it leaks: 1 descriptor still open at exit: a socket"
    assert_output --partial "it leaks: 3 descriptors still open at exit: 2 pipes, /dev/null"
}

@test "practice: never ends: busy or asleep, and the other checks do not wait" {
    small_workbook
    outcomes "-t 1 asleep" use_after_free
    assert_line --partial "it never ended: stopped after 1 s"
    refute_output --partial "never became idle"
    assert_output --partial "it slept: an event is still pending, or a call waits"
    assert_output --partial "  – use_after_free "
    assert_output --partial "(not reached)"
    sed -i 's/asleep/busy/' "$copy/01-loop/exercises/1_count.bats"
    run in_copy practice
    assert_output --partial "it never ended: stopped after 1 s, the loop never became idle"
    refute_output --partial "it slept"
}

# on_a_busy_machine: an exercise that has a third of its processor, for it shares it
# with a child that spins. It works for 0.4 s, or goes on until its clock shows so.
on_a_busy_machine() {
    cat <<'END'
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
int main(int argc, char **argv)
{
    int works = argc > 1 && !strcmp(argv[1], "works");
    int sleeps = argc > 1 && !strcmp(argv[1], "sleeps");
    int polls = argc > 1 && !strcmp(argv[1], "polls");
    int forever = argc > 1 && !strcmp(argv[1], "forever");
    clockid_t clock = works ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    double start;
    cpu_set_t one;
    pid_t other;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof one, &one) < 0)
        return 1;
    other = fork();
    if (other == 0)
        for (alarm(20);;)
            ;
    if (nice(3) < 0)
        return 1;
    for (start = seconds(clock); forever || seconds(clock) - start < 0.4;)
        if (sleeps || polls)
            usleep(sleeps ? 400000 : 10000);
    return kill(other, SIGKILL);
}
END
}

@test "practice: a busy machine makes no answer late, and hides no busy one" {
    small_workbook
    printf '%s\n' 'load ../../scripts/checking/exercise_helper' \
        '@TEST "works" { run_exercise -t 1 works; ((could < 1000)) || wrong "<" "$could"; }' \
        '@TEST "sleeps" { run_exercise sleeps; expect_idle; }' \
        '@TEST "spins" { run_exercise spins; expect_idle; }' \
        '@TEST "polls" { run_exercise polls; expect_idle; }' \
        '@TEST "forever" { run_exercise -t 1 forever; }' \
        >"$copy/01-loop/exercises/1_count.bats"
    sed -i 's/^@TEST/@test/' "$copy/01-loop/exercises/1_count.bats"
    on_a_busy_machine >"$copy/01-loop/exercises/1_count.c"
    run in_copy practice
    assert_line "  ✓ works"
    assert_line "  ✓ sleeps"
    [[ $output =~ "it used it for "([0-9]+)" of "([0-9]+)" ms" ]] || fail "$output"
    ((BASH_REMATCH[1] * 2 > BASH_REMATCH[2])) || fail "$output"
    [[ $output =~ "it woke "([0-9]+)" times in "([0-9]+)" ms" ]] || fail "$output"
    ((BASH_REMATCH[1] * 25 > BASH_REMATCH[2])) || fail "$output"
    assert_output --partial "it never ended: stopped after 1 s, the loop never became idle"
    assert_output --partial "it used the processor all the time"
}

@test "practice: what an answer writes about its own use of time is neither believed nor run" {
    small_workbook
    cat >"$copy/01-loop/exercises/1_count.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int main(int argc, char **argv)
{
    FILE *use = fopen(getenv("EXERCISE_USED"), "w");
    if (!use || fprintf(use, "%s\n", argc > 1 ? argv[1] : "") < 0 || fclose(use))
        return 1;
    while (clock() < 1.2 * CLOCKS_PER_SEC)
        ;
    return 0;
}
END
    cat >"$copy/01-loop/exercises/1_count.bats" <<END
load ../../scripts/checking/exercise_helper
@TEST "claims" { run_exercise -t 4 "0 1500 0"; expect_idle; }
@TEST "words" { run_exercise -t 4 'a[\$(touch\${IFS}$BATS_TEST_TMPDIR/run)] 1 1'; expect_idle; }
END
    sed -i 's/^@TEST/@test/' "$copy/01-loop/exercises/1_count.bats"
    run in_copy practice
    assert_line "  ✗ claims"
    [[ $output =~ "it used it for "[1-9][0-9]+" of "[1-9][0-9]+" ms" ]] || fail "$output"
    assert_line "  ✗ words"
    [[ ! -e $BATS_TEST_TMPDIR/run ]] || fail "it ran the words"
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
        assert_line --index 0 "1 of 2 solved   01-loop ○●"
        touch "$copy/scripts/checking/$part"
        run in_copy practice EXERCISE=1-1
        assert_line --index 0 "0 of 2 solved   01-loop ○○"
    done
}

@test "practice: colour on a terminal only, and not with NO_COLOR" {
    small_workbook
    run script -qec "env -u MAKEFLAGS -u NO_COLOR -u BUILD make -C $copy practice" /dev/null
    assert_success
    assert_output --partial $'\e[31m✗'
    run script -qec "env -u MAKEFLAGS -u BUILD NO_COLOR=1 make -C $copy practice" /dev/null
    assert_success
    refute_output --partial $'\e['
}

@test "practice: an unknown exercise prints the list, exit 2" {
    small_workbook
    run -2 in_copy practice EXERCISE=01-7
    assert_line "There is no exercise '01-7'. Exercises are named as 01-2. There are:"
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
    printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }' \
        >"$copy/01-loop/exercises/2_hello.c"
    wait_until 60 screen_has "All are solved." || fail "$("${tmux[@]}" capture-pane -p)"
    "${tmux[@]}" send-keys C-c
    wait_until 30 gone

    # That exercise it is, also when it is solved; one failure in full.
    echo 'int main(void) { return 1; }' | tee "$copy"/01-loop/exercises/{1_count,2_hello}.c
    watching 24 EXERCISE=1-1
    wait_until 60 screen_has "✗ it fails without N" || fail "$("${tmux[@]}" capture-pane -p)"
    screen_has "did       ./1_count 3"
    refute screen_has "exit 2"
    grep -q "checking 1-1 …" "$BATS_TEST_TMPDIR/shown"
    solution >"$copy/01-loop/exercises/1_count.c"
    wait_until 60 screen_has "next: 01-2 hello" || fail "$("${tmux[@]}" capture-pane -p)"
    refute screen_has "✗"
    "${tmux[@]}" send-keys C-c
    wait_until 30 gone
}
