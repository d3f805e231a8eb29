#!/usr/bin/env bats
# exercise_helper.bash: the verdict on how an answer uses its time, also on a busy machine.

load ../../lib/test_helper
load ../helpers/copy
load ../helpers/practice
load ../helpers/idle

plain_build_only=yes

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

@test "run_exercise: a busy machine makes no answer late, and hides no busy one" {
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
    practised_in_full
    assert_line "  ✓ works"
    assert_line "  ✓ sleeps"
    [[ $output =~ "it ran "([0-9]+)" ms of the "([0-9]+)" ms" ]] || fail "$output"
    ((BASH_REMATCH[1] * 2 > BASH_REMATCH[2])) || fail "$output"
    [[ $output =~ "it woke "([0-9]+)" times in "([0-9]+)" ms" ]] || fail "$output"
    ((BASH_REMATCH[1] * 25 > BASH_REMATCH[2])) || fail "$output"
    assert_output --partial "it never ended: stopped after 1 s"
    assert_output --partial "it never waited: it ran "
    assert_output --regexp "it loops at 1_count.c:3[3-5] in main"
}

@test "run_exercise: what an answer writes about its own use of time is neither believed nor run" {
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
    practised_in_full
    assert_line "  ✗ claims"
    [[ $output =~ "it ran "[1-9][0-9]+" ms of the "[1-9][0-9]+" ms" ]] || fail "$output"
    assert_line "  ✗ words"
    [[ ! -e $BATS_TEST_TMPDIR/run ]] || fail "it ran the words"
}

@test "expect_idle: the verdict is the same with patience; see soak/ for a busy machine" {
    idle_verdicts
}
