#!/usr/bin/env bats
# What make grade does not believe, and what an answer cannot hide or take. grade.bats
# has the class; what keeps a machine busy is in soak/grade_safe.bats.

load ../../lib/test_helper
load ../helpers/class

setup() {
    trace_tests_only
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    cd "$root" || return
    source scripts/lib/exercises.bash
    source scripts/grading/sandbox.bash
    source scripts/grading/verdict.bash
}

needs_sandbox() {
    why=$(sandbox_works) || skip "no sandbox here: ${why%%$'\n'*}"
}

# checks_say STATUS LINE…: the verdict about two checks that say this.
checks_say() {
    printf '@test "%s" {\n}\n' "it greets" "it serves" >"$BATS_TEST_TMPDIR/1_greet.bats"
    printf '%s\n' "${@:2}" | bound_tap >"$BATS_TEST_TMPDIR/tap"
    verdict "$BATS_TEST_TMPDIR/tap" "$1" "$BATS_TEST_TMPDIR/1_greet.bats"
}

@test "grade: only the checks' own results count, all of them, and as bats ended" {
    [[ $(checks_say 0 1..2 "ok 1 it greets" "ok 2 it serves") == passed ]]
    [[ $(checks_say 1 1..2 "ok 1 it greets" "not ok 2 it serves" "# | came x") == failed ]]
    [[ $(checks_say 1 1..2 "not ok 1 it greets" "ok 2 it serves # skip not reached") == failed ]]
    while IFS=: read -r status lines; do
        run checks_say "$status" ${lines:+"${lines//;/$'\n'}"}
        assert_output broken || fail "believed: $status $lines"
    done <<'END'
0:
0:1..2;ok 1 it greets
0:1..1;ok 1 it greets
0:1..2;ok 1 it greets;ok 2 all is well
0:1..2;ok 2 it serves;ok 1 it greets
0:1..2;ok 1 it greets;ok 2 it serves;ok 2 it serves
0:1..2;ok 1 it greets;ok 2 it serves;not ok 2 it serves
0:1..2;1..2;ok 1 it greets;ok 2 it serves
1:1..2;ok 1 it greets;ok 2 it serves
137:1..2;ok 1 it greets;ok 2 it serves
0:1..2;not ok 1 it greets;ok 2 it serves
1:1..2;not ok 1 setup_file failed
END
}

@test "grade: long words of a check cost none of its results" {
    run checks_say 1 1..2 "not ok 1 it greets" "# $(printf '%0300000d' 0)" "ok 2 it serves"
    assert_output failed
}

@test "grade: checks that were killed have not graded" {
    needs_sandbox
    copy_workbook "$BATS_TEST_TMPDIR"
    answer ada <"$book/01-loop/solutions/1_greet.c"
    # As if an answer had got so far as to be what a check runs.
    printf '%s\n' '@test "it greets" {' "printf 'ok 1 it greets\nok 2 it serves\n' >&3" \
        'kill -KILL -1' '}' '@test "it serves" {' true '}' >"$book/01-loop/exercises/1_greet.bats"
    run -2 grade SUBMISSION="$class"
    assert_line --partial "01-1 of ada could not be graded: what its checks said is not theirs"
    assert_line "grade: 1 answers could not be graded: see above"
    [[ ! -e $book/build/grade/students/ada/01-1.mark ]]
    [[ $(stat -c %a "$book/build/grade") == 700 ]]
}

# failing CALL…: make grade, where the sandbox fails in these calls, by number. The first
# one is to see whether there is a sandbox.
failing() {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    rm -f "$BATS_TEST_TMPDIR"/bin/call.*
    cat >"$BATS_TEST_TMPDIR/bin/timeout" <<END
#!/bin/bash
[[ \$1 == --foreground ]] || exec /usr/bin/timeout "\$@"
: >"$BATS_TEST_TMPDIR/bin/call.\$\$"
calls=("$BATS_TEST_TMPDIR"/bin/call.*)
[[ " $* " != *" \${#calls[@]} "* ]] || { echo "bwrap: No space left on device" >&2; exit 1; }
exec /usr/bin/timeout "\$@"
END
    chmod +x "$BATS_TEST_TMPDIR/bin/timeout"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH grade SUBMISSION="$class" FORMAT=gradescope
}

@test "grade: a failure of the grader is repeated, and never a mark" {
    needs_sandbox
    copy_workbook "$BATS_TEST_TMPDIR"
    answer ada <"$book/01-loop/solutions/1_greet.c"
    # As the answer is compiled, twice.
    run -2 failing 2 3
    assert_line "01-1 of ada could not be graded: the compiler did not end: bwrap: No space left on device"
    assert_line --regexp "^ada +\? +\?  01-1 could not be graded$"
    [[ ! -e $book/build/grade/students/ada/results.json ]]
    assert_equal "$(tail -n 1 "$book/build/grade/marks.csv" | cut -d , -f 1-3)" ada,,
    # As it is checked, once.
    run failing 3
    assert_success
    assert_line "grade: one answer is graded once more, by itself:"
    assert_line --regexp "^  01-1 of ada: .*bwrap: No space left on device"
    assert_line --regexp "^ada +1/1 +1/1$"
    # As the checks run it, each time: the sandbox within the sandbox.
    sed -i 's|--ro-bind /answer|--ro-bind /none /none &|' "$book/scripts/grading/grade-program"
    run -2 failing
    assert_line "01-1 of ada could not be graded: its program was not started"
    [[ ! -e $book/build/grade/students/ada/01-1.mark ]]
}

@test "grade: what a failing check may owe to the machine is looked for" {
    source scripts/grading/faults.bash
    work=$BATS_TEST_TMPDIR GRADE_KIT=$BATS_TEST_TMPDIR/kit
    mkdir "$GRADE_KIT"
    echo kit >"$GRADE_KIT/file"
    (cd "$GRADE_KIT" && sha256sum file >sums)
    tap=$BATS_TEST_TMPDIR/tap
    fault() {
        begin_run
        printf 'begun\nstarted\n' >"$work/ledger"
        "${@:-:}"
        fault_of_run "$tap"
    }
    printf '# | came      %s\n' "a.bash: No space left on device" >"$tap"
    assert_equal "$(fault)" ""
    assert_equal "$(fault eval 'echo begun >>"$work/ledger"')" "its program was not started"
    assert_equal "$(fault eval 'system_before=another')" "packages were installed meanwhile"
    assert_equal "$(ulimit -f 1000 && fault)" "the disk is full"
    echo "# run.bash: line 53: fork: retry: Resource temporarily unavailable" >>"$tap"
    assert_equal "$(fault)" "the checks had no room: Resource temporarily unavailable"
    : >"$tap"
    assert_equal "$(fault eval ': >"$GRADE_KIT/file"')" "what it is checked with was damaged"
}

# What the checks run is what a program can do to its peer and to the grader.
@test "grade: what an answer sends or opens without end is bounded" {
    needs_sandbox
    copy_workbook "$BATS_TEST_TMPDIR"
    hostile flood_peer
    hostile hoarder
    sed -i 's/^@test "it greets.*/@test "it is not reached" {\n    true\n}\n\n&/;
        s/peer .*/peer "read_all(connect())"/' "$book/01-loop/exercises/1_greet.bats"
    sed -i 's/^    EXERCISE_INTERRUPT=1 run_exercise.*/    return 0/' "$book/01-loop/exercises/1_greet.bats"
    run grade SUBMISSION="$class"
    assert_success
    assert_line --regexp '^flood_peer +0/1 +0/1 .* it serves, is looked into, and stops on SIGTERM|more than 64 MiB'
    assert_line --regexp '^hoarder +0/1 +0/1 .* it opens descriptors without end'
    assert_regex "$(<"$book/build/grade/students/flood_peer/01-1.tap")" \
        "(more than 64 MiB|[0-9]+ bytes in [0-9]+ s), without end"
}

# hide COMPILER-FLAG… FILE: builds it as exercises are.
hide() {
    gcc -O0 -std=gnu11 -g -fsanitize=address,undefined -fno-sanitize-recover=all -w \
        -o "$BATS_TEST_TMPDIR/hider" "$@" build/practised/exercise_{exit,clock}.o -levent -pthread
}

@test "exercise_exit: what a program tells the sanitizers hides nothing" {
    local way ways=(disable early ignore child child_leaks high sweep closefrom unsetenv forge reexec)

    quiet_make -s build/practised/exercise_{exit,clock}.o
    hide scripts/tests/hostile/hider.c
    {
        echo "load $root/scripts/checking/exercise_helper"
        for way in honest "${ways[@]}"; do
            printf '@test "%s" {\n run_exercise -t 10 %s\n expect_status 0\n expect_nothing_left\n}\n' \
                "$way" "$way"
        done
    } >"$BATS_TEST_TMPDIR/1_hide.bats"
    unset LSAN_OPTIONS # of make test
    EXERCISE_BINARY=$BATS_TEST_TMPDIR/hider run -1 bats --formatter tap "$BATS_TEST_TMPDIR/1_hide.bats"
    assert_line "ok 1 honest"
    assert_equal "$(grep -c '^not ok' <<<"$output")" ${#ways[@]}
    assert_equal "$(grep -cE '^# \| came +it (leaks|ended by _exit)' <<<"$output")" ${#ways[@]}
}

@test "a server that never listens, or answers without end, costs one check, in its words" {
    quiet_make -s build/practised/exercise_{exit,clock}.o
    hide scripts/tests/hostile/endless.c
    for way in "" drip; do
        {
            echo "load $root/scripts/checking/exercise_helper"
            printf '@test "%s" {\n start_exercise '"$way"'\n peer "read_all(connect())"\n}\n' one two
        } >"$BATS_TEST_TMPDIR/1_${way:-mute}.bats"
    done
    EXERCISE_BINARY=$BATS_TEST_TMPDIR/hider run -1 bats --formatter tap "$BATS_TEST_TMPDIR"/1_*.bats
    assert_line --regexp '^# \| came +nothing like it, for 2 s$'
    assert_line --regexp '^# \| came +[0-9]+ bytes in 5 s, without end$'
    assert_equal "$(grep -c '# skip not reached$' <<<"$output")" 2
}

@test "exercise_exit: an answer with options of its own for the sanitizers does not link" {
    quiet_make -s build/practised/exercise_{exit,clock}.o
    for name in __{asan,lsan,ubsan}_default_options __{asan,lsan}_default_suppressions __lsan_is_turned_off; do
        run hide -x c - -x none <<<"const char *$name(void) { return 0; } int main(void) { return 0; }"
        assert_failure
        assert_output --partial "multiple definition of \`$name'"
    done
}

# The copy in a kit has its names beside it.
copy_builder() {
    builder=$BATS_TEST_TMPDIR/build-answer
    cp scripts/grading/build-answer "$builder"
    "$builder" --names gcc >"$BATS_TEST_TMPDIR/system-names"
}

# look SOURCE: what a teacher is told to look at in it.
look() {
    local gcc=(gcc -std=gnu11 -g -fsanitize=address "-fsanitize=undefined" -w)

    printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/answer.c"
    "$builder" "$BATS_TEST_TMPDIR" "" "${gcc[@]}" "$BATS_TEST_TMPDIR/answer.c"
    cat "$BATS_TEST_TMPDIR/look"
}

@test "grade: what can hide faults is named to the teacher" {
    copy_builder
    assert_equal "$(look '#include <stdio.h>
        int main(void) { puts("hello"); return 0; }')" ""
    assert_equal "$(look '#include <unistd.h>
        int main(void) { if (fork() == 0) _exit(0); return 0; }')" "calls _exit, calls fork"
    assert_equal "$(look '#define JOIN(a, b) a ## b
        __attribute__((JOIN(no_sani, tize)("address"))) int main(void) { return 0; }')" "has no_sanitize"
    assert_equal "$(look 'int readlink(void) { return -1; } int main(void) { return 0; }')" \
        "defines readlink"
    assert_equal "$(look '#include <stdlib.h>
        int main(void) { return !getenv("EXERCISE_LEFT_OPEN") || !fopen("/report/open", "w"); }' 2>&1)" \
        "names /report/, names EXERCISE_LEFT_OPEN"
    assert_equal "$(look 'int main(void) { __asm__ volatile("nop"); return 0; }')" "has __asm__"
    assert_equal "$(look '#include <dlfcn.h>
        int main(void) { return !dlsym(RTLD_NEXT, "__lsan_disable"); }')" "calls dlsym, names __lsan_disable"
}

@test "grade: the solutions have nothing for a teacher to look at" {
    copy_builder
    quiet_make -s exercise-commands >"$BATS_TEST_TMPDIR/commands"
    for file in [0-9]*/solutions/[1-9]_*.c; do
        IFS='|' read -r _ compile _ < <(grep "^${file/solutions/exercises}" "$BATS_TEST_TMPDIR/commands" ||
            grep "^$(sed 's/solutions/exercises/; s/\.c$//' <<<"$file")|" "$BATS_TEST_TMPDIR/commands")
        # shellcheck disable=SC2086 # words; it is not linked, which the file does without
        "$builder" "$BATS_TEST_TMPDIR" "-r -nostdlib" ${compile/-fsanitize=address,undefined/} \
            "$file" 2>/dev/null || true
        [[ -z $(<"$BATS_TEST_TMPDIR/look") ]] || fail "$file: $(<"$BATS_TEST_TMPDIR/look")"
    done
}
