#!/usr/bin/env bats
# make grade, in a copy of the workbook that has one small exercise: a class of
# right, wrong and hostile answers, graded once; then each is looked at.

load test_helper

plain_build_only=yes

# Quiet, and without what this make's own call would hand down.
grade() {
    env -u MAKEFLAGS -u MAKELEVEL -u BUILD -u SANITIZE -u CHAPTER TEACHERS_SECRET=1 \
        EXERCISE_PATIENCE=1 make --no-print-directory -s -C "$book" grade "$@"
}

# answer STUDENT [NAME]: stdin is its answer.
answer() {
    mkdir -p "$class/$1/01-loop/exercises"
    cat >"$class/$1/01-loop/exercises/${2-1_greet.c}"
}

hostile() {
    sed "1i #define CHECKOUT \"$book\"\n#define CLASS \"$class\"" "$root/scripts/hostile/$1.c" | answer "$1"
}

copy_workbook() {
    local here=$root/scripts/hostile

    book=$1/book class=$1/class
    mkdir -p "$book/01-loop/"{exercises,solutions} "$class"
    cp -r "$root"/{Makefile,scripts} "$book"
    cp "$root"/01-loop/*.{c,md} "$book/01-loop"
    cp "$here/1_greet.bats" "$book/01-loop/exercises"
    cp "$here/1_greet.c" "$book/01-loop/solutions"
    echo 'int main(void) { return 0; }' >"$book/01-loop/exercises/1_greet.c"
    printf '## 1. greet — say hello\n' >"$book/01-loop/exercises/README.md"
}

setup_file() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || return 0
    copy_workbook "$BATS_FILE_TMPDIR"
    export book class
    for name in vandal glutton storm flood; do
        hostile "$name"
    done
    answer right <"$book/01-loop/solutions/1_greet.c"
    answer unsolved <"$book/01-loop/exercises/1_greet.c"
    echo 'int main(void) { for (;;); }' | answer loop
    echo '#include <unistd.h>
        int main(int n, char **v) { dprintf(1, "hello %s\n", n > 1 ? v[1] : ""); _exit(0); }' |
        answer hurried
    echo '#include "/etc/shadow"' | answer reader
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

# The row of a student in the table that was printed, and what the checks said.
row() {
    grep -E "^$1 " "$BATS_FILE_TMPDIR/said"
}
tap() {
    cat "$book/build/grade/students/$1/01-1.tap"
}

@test "grade: a right answer has its point, next to all the others" {
    assert_regex "$(row right)" '^right +1/1 +1/1$'
    run grep -c '1/1' "$BATS_FILE_TMPDIR/said"
    assert_output 1
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
    assert_regex "$(row storm)" ' 0/1  01-1 it never ended'
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

@test "grade: no file, a binary, a link: 0, and said which" {
    assert_regex "$(row nothing)" ' – +0/1  01-1 missing$'
    assert_regex "$(row binary)" ' 0/1  01-1 a binary, not C source$'
    assert_regex "$(row link)" ' 0/1  01-1 a symbolic link$'
    assert_regex "$(row way)" ' 0/1  01-1 a symbolic link$'
}

@test "grade: one that ends before anybody can see what it leaves: 0" {
    assert_regex "$(row hurried)" ' 0/1  01-1 it ended by _exit\(\)'
}

@test "grade: the submission's own tests are not looked at" {
    assert_regex "$(row editor)" ' 0/1  01-1 not so: it greets the number it was given'
}
