#!/usr/bin/env bats
# make grade, in a copy of the workbook that has one small exercise: a class of
# right, wrong and hostile answers, graded once; then each is looked at.

load ../../lib/test_helper
load ../helpers/class
load ../helpers/same

# What is needed for a sandbox may be forbidden where these tests run.
setup_file() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || return 0
    cd "$root" || return
    if ! why=$(source scripts/grading/sandbox.bash && sandbox_works); then
        export no_sandbox="no sandbox here: ${why%%$'\n'*}"
        return 0
    fi
    copy_workbook "$BATS_FILE_TMPDIR"
    export book class
    for name in vandal glutton storm flood; do
        hostile "$name"
    done
    answer right <"$book/01-loop/solutions/1_greet.c"
    printf '%s\n' '#include "given/1_scene.h"' '#include <stdio.h>' \
        'void greet(const char *name) { printf("hello %s\n", name); }' | answer part
    answer unsolved <"$book/01-loop/exercises/1_greet.c"
    echo 'int pause(void); int main(void) { for (;;) pause(); }' | answer loop
    printf '%s\n' '#include <stdio.h>' '#include <unistd.h>' 'int main(int n, char **v)' \
        '{ dprintf(1, "hello %s\n", n > 1 ? v[1] : ""); _exit(0); }' | answer hurried
    handler
    printf '%s\n' '#include <stdlib.h>' 'int main(void) { char *p = malloc(1); free(p); return *p; }' |
        answer crashes
    printf '%s\n' '#include <err.h>' '#include <stdio.h>' '#include <stdlib.h>' 'static void *lost;' \
        'int main(int n, char **v) { printf("hello %s\n", v[n - 1]); warnx("bye"); lost = malloc(9);' \
        'lost = 0; }' |
        answer leaker
    echo '#include "/etc/shadow"' | answer reader
    echo 'void other(void); int main(void) { other(); }' | answer unlinked
    printf '#include "%s/01-loop/solutions/1_greet.c"\n' "$book" | answer copier
    printf '__asm__(".incbin \\"%s/01-loop/solutions/1_greet.c\\"");\nint main(void) { return 0; }\n' \
        "$book" | answer incbin
    mkdir -p "$class/nothing"
    cp /usr/bin/true "$BATS_FILE_TMPDIR/binary"
    answer binary <"$BATS_FILE_TMPDIR/binary"
    mkdir -p "$class/link/01-loop/exercises" "$class/way"
    ln -s "$book/01-loop/solutions/1_greet.c" "$class/link/01-loop/exercises/1_greet.c"
    ln -s "$class/right/01-loop" "$class/way/01-loop"
    answer editor <"$book/01-loop/exercises/1_greet.c"
    echo '@test "it greets the number it was given" { true; }' | answer editor 1_greet.bats
    (cd "$book" && find . -type f ! -path './build/*' -exec md5sum {} +) | sort >"$BATS_FILE_TMPDIR/before"
    grade SUBMISSION="$class" FORMAT=junit,gradescope >"$BATS_FILE_TMPDIR/said" 2>&1 ||
        { cat "$BATS_FILE_TMPDIR/said" && return 1; }
}

setup() {
    trace_tests_only
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    [[ -z ${no_sandbox-} ]] || skip "$no_sandbox"
    cd "$root" || return
}

teardown() {
    [[ -z ${elsewhere-} ]] || rm -rf "$elsewhere"
}

# An answer that is right but for its handler of SIGINT, which allocates.
handler() {
    printf '%s\n' '#include <signal.h>' '#include <stdio.h>' '#include <stdlib.h>' \
        'static void h(int n) { void *volatile p = malloc((size_t)n); free(p); }' \
        'int main(int n, char **v) { (void)n; signal(SIGINT, h); printf("hello %s\n", v[1]);' \
        'fflush(stdout); h(1); }' | answer handler
}

# The row of a student in the table that was printed, and what the checks said.
row() {
    grep -m 1 -E "^$1 " "$BATS_FILE_TMPDIR/said"
}
tap() {
    cat "$book/build/grade/students/$1/01-1.tap"
}

@test "grade: a right answer has its point, next to all the others" {
    assert_regex "$(row right)" '^right +1/1 +1/1$'
    run grep -cE '^[a-z]+ +1/1 +1/1$' "$BATS_FILE_TMPDIR/said"
    assert_output 2
}

@test "grade: an answer is built with its scene, or brings a whole one of its own" {
    assert_regex "$(row part)" '^part +1/1 +1/1$'
    assert_regex "$(row right)" '^right +1/1 +1/1$'
}

@test "grade: a vandal can do nothing, and gains nothing by claims" {
    assert_regex "$(row vandal)" ' 0/1  01-1 not so: it greets the number it was given$'
    run tap vandal
    assert_line --regexp '^# \| came +1\.\.2$'
    refute_output --partial DONE
    assert_line --index 0 1..2
    run grep -E '^ok' <(tap vandal)
    assert_failure
}

@test "grade: nothing is left of it: no file, no process, no change" {
    run pgrep -x grade-daemon
    assert_failure
    (cd "$book" && find . -type f ! -path './build/*' -exec md5sum {} +) | sort |
        diff "$BATS_FILE_TMPDIR/before" -
    [[ ! -e $book/left_behind && ! -e $class/left_behind ]]
}

@test "grade: endless loop, output, memory, processes: 0, and said which" {
    assert_regex "$(row loop)" ' 0/1  01-1 it never ended'
    assert_regex "$(row flood)" ' 0/1  01-1 it prints without end'
    assert_regex "$(row glutton)" ' 0/1  01-1 it takes memory without end'
    # Its processes, and with them its memory, are many.
    assert_regex "$(row storm)" ' 0/1  01-1 it (never ended|takes memory without end)'
    run tap storm
    assert_line --regexp '^# \| stdout +x{20,128}…?$'
}

@test "grade: a check that was skipped scores 0, for all to see" {
    assert_regex "$(row loop)" '\(1 skipped\)$'
    run cat "$book/build/grade/students/loop/results.json"
    assert_output --partial "– skipped: it serves"
}

@test "grade: what is in reach of the compiler is the system alone" {
    for name in reader copier incbin; do
        assert_regex "$(row $name)" ' 0/1  01-1 it does not compile$'
        assert_regex "$(<"$book/build/grade/students/$name/01-1.said")" "No such file|not found"
    done
}

@test "grade: no file, a binary, a link, not linked: 0, and said which" {
    assert_regex "$(row unlinked)" ' 0/1  01-1 it does not link$'
    assert_regex "$(row nothing)" ' – +0/1  01-1 missing$'
    assert_regex "$(row binary)" ' 0/1  01-1 a binary, not C source$'
    assert_regex "$(row link)" ' 0/1  01-1 a symbolic link$'
    assert_regex "$(row way)" ' 0/1  01-1 a symbolic link$'
}

@test "grade: one that ends before anybody can see what it leaves: 0" {
    assert_regex "$(row hurried)" ' 0/1  01-1 it ended by _exit\(\)'
}

@test "grade: a handler that is interrupted in malloc is found out there, too" {
    assert_regex "$(row handler)" ' 0/1  01-1 it calls free$'
}

@test "grade: the submission's own tests are not looked at" {
    assert_regex "$(row editor)" ' 0/1  01-1 not so: it greets the number it was given'
}

@test "grade: junit.xml, field by field" {
    run /usr/bin/python3 - "$book/build/grade/junit.xml" <<'END'
import sys
import xml.etree.ElementTree as ET
root = ET.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites" and not root.attrib
assert len(root) == 21, len(root)
for suite in root:
    assert suite.tag == "testsuite"
    assert set(suite.attrib) == {"name", "tests", "failures", "errors", "skipped", "time"}
    float(suite.get("time"))
    cases = suite.findall("testcase")
    assert [c.tag for c in suite] == ["properties"] + ["testcase"] * 2
    assert int(suite.get("tests")) == len(cases) == 2
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert suite.get("errors") == suite.get("skipped") == "0"
    points = {p.get("name"): p.get("value") for p in suite[0]}
    solved = suite.get("failures") == "0"
    assert points == {"points": str(int(solved)), "of": "1"}
    assert solved == (suite.get("name") in ("right", "part"))
    for case in cases:
        assert set(case.attrib) == {"classname", "name"}
        assert case.get("classname") == "01-1 greet"
        assert len(case) <= 1
        for failure in case:
            assert set(failure.attrib) == {"type", "message"} and failure.get("message")
END
    assert_success
}

@test "grade: results.json, field by field" {
    run /usr/bin/python3 - "$book"/build/grade/students/*/results.json <<'END'
import json
import sys
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        results = json.load(file)
    assert set(results) == {"execution_time", "stdout_visibility", "output", "output_format",
                            "tests"}
    assert isinstance(results["execution_time"], int)
    assert results["stdout_visibility"] == "hidden" and results["output_format"] == "text"
    (test,) = results["tests"]
    assert set(test) == {"name", "name_format", "number", "score", "max_score", "status",
                         "output", "output_format", "visibility"}
    assert test["number"] == "1.1" and test["name"] == "01-1 greet"
    assert test["max_score"] == 1 and test["visibility"] == "visible"
    assert test["name_format"] == test["output_format"] == "text"
    right = "/right/" in name or "/part/" in name
    assert test["score"] == right and test["status"] == ("passed" if right else "failed")
    assert right or test["output"]
assert len(sys.argv) == 22
END
    assert_success
}

@test "grade: marks.csv and checks.csv" {
    run cat "$book/build/grade/marks.csv"
    assert_line --index 0 $'\uFEFFstudent,01-1,total,of,late,note,seconds\r'
    assert_line --regexp '^right,1,1,1,,,[0-9.]+'
    assert_line --regexp '^vandal,0,0,1,,,[0-9.]+'
    run cat "$book/build/grade/checks.csv"
    assert_line --regexp '^right,01-1,1,2,2,'
    assert_line --regexp '^loop,01-1,0,0,2,'
    assert_line --regexp '^binary,01-1,0,0,2,"a binary, not C source"'
}

@test "grade: what the checks drew is written down, and practice draws the same from it" {
    local seed did

    IFS=, read -r -a row < <(grep '^unsolved,' "$book/build/grade/checks.csv")
    seed=$(cksum <"$book/01-loop/exercises/1_greet.c" | cut -d ' ' -f 1)
    seed=$((seed % 9999 + 1))
    assert_regex ",${row[*]}" "[, ]$seed( |$)"
    did=$(grep -m 1 '| did' "$book/build/grade/students/unsolved/01-1.tap")
    assert_regex "$did" "CHECK=1 SEED=$seed$"
    run quiet_make -C "$book" try EXERCISE=01-1 CHECK=1 SEED="$seed"
    assert_output --partial "${did#*| }"
}

# All wrong answers that are kept are compared in soak/grade.bats.
@test "grade: practice says the same of an answer, and so does grading it again" {
    local again=$BATS_TEST_TMPDIR/class

    cp -r "$book" "$BATS_TEST_TMPDIR/book"
    cd "$BATS_TEST_TMPDIR/book"
    for name in crashes leaker hurried; do
        cp "$class/$name/01-loop/exercises/1_greet.c" 01-loop/exercises
        run quiet_make -s practice EXERCISE=01-1 SEED="$(<"build/grade/students/$name/01-1.seed")"
        run same build/practice/01-1.tap "build/grade/students/$name/01-1.tap"
        assert_success
        mkdir -p "$again/$name"
        cp 01-loop/exercises/1_greet.c "$again/$name"
    done
    cp "$book/01-loop/exercises/1_greet.c" 01-loop/exercises
    book=$PWD grade SUBMISSION="$again"
    for name in crashes leaker hurried; do
        for file in tap said look seed mark; do
            run diff "$book/build/grade/students/$name/01-1.$file" "build/grade/students/$name/01-1.$file"
            assert_success
        done
    done
}

@test "grade: answers are found as people hand them in; names are only names" {
    copy_workbook "$BATS_TEST_TMPDIR"
    good=$book/01-loop/solutions/1_greet.c
    mkdir -p "$class"/{heap,folder/exercises,unpacked/book-main/01-loop/exercises,twice/a/01-loop/exercises,=1+1}
    cp "$good" "$class/heap"
    cp "$good" "$class/folder/exercises"
    cp "$good" "$class/unpacked/book-main/01-loop/exercises"
    cp "$good" "$class/twice/a/01-loop/exercises"
    cp "$good" "$class/twice"
    mkdir "$class/"$'new\nline \e[31m; touch $HOME' "$class/"$'two\nlines {}' \
        "$class/"$'two\tlines {}'
    cp "$good" "$class/"$'two\tlines {}'
    # It compiles with 30 KiB of warnings.
    { cat "$good" && printf 'static int unused_and_rather_long_%d(int a) { int b; return b; }\n' \
        {1..80}; } >"$class/"$'two\nlines {}/1_greet.c'
    run grade SUBMISSION="$class" FORMAT=junit
    assert_success
    for name in heap folder unpacked; do
        assert_line --regexp "^$name +1/1 +1/1$"
    done
    assert_line --regexp '^two\?lines \{\} +1/1 +1/1$'
    assert_line --regexp "^twice +1/1 +1/1$"
    assert_line --regexp '^new\?line \?\[31m; touch \$HOME +–'
    refute_output --partial $'\e['
    run cat "$book/build/grade/marks.csv"
    assert_line --partial "'=1+1,0"
    # Two names that are shown alike are still two students.
    assert_equal "$(grep -o '<testsuite name="two?lines {}"' "$book/build/grade/junit.xml" | wc -l)" 2
}

@test "grade: one student, by a teacher who is not root" {
    [[ $EUID == 0 ]] || skip "needs root, to become nobody"
    elsewhere=$(mktemp -d)
    copy_workbook "$elsewhere"
    answer ada <"$book/01-loop/solutions/1_greet.c"
    chown -R 65534 "$elsewhere"
    run setpriv --reuid 65534 --regid 65534 --clear-groups env -u MAKEFLAGS -u MAKELEVEL -u BUILD \
        HOME=/ EXERCISE_PATIENCE=2 make --no-print-directory -s -C "$book" grade SUBMISSION="$class/ada"
    assert_success
    assert_line --index 0 ada
    assert_line --regexp '^01-1 greet +1/1$'
    assert_line "  ✓ it serves, is looked into, and stops on SIGTERM"
    assert_line "1 of 1"
}

@test "grade: without a sandbox it refuses, unless UNSAFE=1 is said" {
    copy_workbook "$BATS_TEST_TMPDIR"
    answer ada <"$book/01-loop/solutions/1_greet.c"
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '%s\n' '#!/bin/sh' '[ "$1" != --version ] || exec echo bubblewrap 0.8.0' \
        'echo "bwrap: No permissions to create new namespace" >&2; exit 1' \
        >"$BATS_TEST_TMPDIR/bin/bwrap"
    chmod +x "$BATS_TEST_TMPDIR/bin/bwrap"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run -2 grade SUBMISSION="$class"
    assert_line --regexp "^bubblewrap does not work here: .*ermission"
    assert_line "  make grade UNSAFE=1 SUBMISSION=$class"
    hostile vandal
    handler
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run grade SUBMISSION="$class" UNSAFE=1
    assert_success
    assert_line --regexp "^ada +1/1 +1/1$"
    assert_line --regexp "^vandal +0/1 "
    assert_line --regexp "^handler +0/1 .* it calls free$"
    [[ ! -e $book/left_behind && ! -e $class/left_behind ]] || [[ $EUID != 0 ]]
    [[ ! -e /var/tmp/left_behind && ! -e /run/lock/left_behind ]] || [[ $EUID != 0 ]]
}

@test "grade: wrong usage" {
    run -2 scripts/grade
    assert_line "grade: whose?  make grade SUBMISSION=directory"
    SUBMISSION=/none run -2 scripts/grade
    SUBMISSION=. FORMAT=pdf run -2 scripts/grade
    assert_output --partial "FORMAT=pdf: it is text, junit or gradescope"
    SUBMISSION=. EXERCISE=09-9 run -2 scripts/grade
    SUBMISSION=. CHAPTER=06 run -2 scripts/grade
}
