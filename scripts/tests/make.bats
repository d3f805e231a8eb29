#!/usr/bin/env bats
# What `make` says and does.

load ../lib/test_helper
load helpers/copy

plain_build_only=yes

# one_program: a workbook of one chapter with one program, quickly built; in $copy.
one_program() {
    small_copy "$BATS_TEST_TMPDIR/copy" 01-loop/{loop.c,loop.py,README.md,run}
    mkdir "$copy"/{01-loop,scripts}/tests
    sed -i '/^play/{/ loop$/!d}' "$copy/01-loop/run"
}

# write_tests 'NAME { BODY; }'…: the one .bats file of the copy.
write_tests() {
    local file=$copy/01-loop/tests/x.bats test

    echo 'load ../../scripts/lib/test_helper' >"$file"
    for test in "$@"; do
        echo "@test \"${test%% \{*}\" {${test#*\{}" >>"$file"
    done
}

@test "make: alone lists the commands" {
    run quiet_make
    assert_success
    for target in all run-chapter test compare soak lint format clean; do
        assert_line --regexp "^  make $target +[a-z]"
    done
    assert_output --partial "scripts/setup"
}

@test "make run-chapter: without a chapter lists them" {
    run quiet_make run-chapter
    assert_success
    assert_line --index 0 "Which chapter?  make run-chapter CHAPTER=01-loop"
    for chapter in [0-9][0-9]-*; do
        assert_line --regexp "^  $chapter +[a-z].*  [a-zA-Z_.]+"
    done
}

@test "make run-chapter: a chapter goes by 01-loop, 01, 1 and loop" {
    one_program
    for name in 01-loop 01 1 loop; do
        run in_copy run-chapter CHAPTER="$name"
        assert_success
        assert_line --index 0 "01-loop — the event loop"
    done
}

@test "make run-chapter 01-loop: without CHAPTER= it is understood, too" {
    one_program
    run in_copy run-chapter 01-loop
    assert_success
    assert_line --index 0 "01-loop — the event loop"
    refute_output --partial "Nothing to be done"
}

@test "01-loop/run: plays from its own directory as well" {
    cd 01-loop
    run env -u BUILD ./run
    assert_success
    assert_line "  Task completed"
}

@test "make run-chapter: plays each chapter, every program with time and status" {
    for chapter in [0-9][0-9]-*; do
        run quiet_make run-chapter CHAPTER="$chapter"
        assert_success
        assert_line --regexp '^  [0-9]+\.[0-9][0-9] s, exit 0$'
        for source in "$chapter"/*.c; do
            assert_line --regexp "^  \\$ .*build/${source%.c}( |$)"
        done
        assert_line --regexp "^Read on: +$chapter/README.md\$"
        case $chapter in
            02-sockets)
                assert_line "  hello"
                assert_line --regexp "^  Received hello from \('127.0.0.1', [0-9]+\)$"
                ;;
            04-pool) assert_line --regexp "^  \('[0-9.]+-MariaDB.*',\)$" ;;
        esac
    done
}

@test "make: an unknown chapter prints the list and exits 2" {
    for target in run-chapter test compare; do
        run -2 quiet_make "$target" CHAPTER=06
        assert_line "There is no chapter '06'. There are:"
        assert_line --partial "  05-pitfalls "
    done
}

@test "make: no colour in a pipe, nor with NO_COLOR on a terminal" {
    one_program
    run in_copy run-chapter CHAPTER=1
    assert_success
    refute_output --partial $'\e['
    run script -qec "env -u MAKEFLAGS -u BUILD NO_COLOR=1 make -C '$copy' run-chapter CHAPTER=1" /dev/null
    assert_success
    refute_output --partial $'\e['
    run script -qec "env -u MAKEFLAGS -u BUILD -u NO_COLOR make -C '$copy' run-chapter CHAPTER=1" /dev/null
    assert_success
    assert_output --partial $'\e[1mloop'
}

@test "make compare: both side by side, with their times" {
    needs_python
    one_program
    run in_copy compare CHAPTER=1
    assert_success
    assert_line --regexp "^  Task completed +Task completed$"
    assert_line --regexp "^  [1-9][0-9]*\.[0-9][0-9] s, exit 0 +[1-9][0-9]*\.[0-9][0-9] s, exit 0$"
    assert_line "The same stdout in both. (What they say on stderr is not compared.)"
}

@test "make compare: the server's transcript, too" {
    needs_python
    run quiet_make compare CHAPTER=2
    assert_success
    assert_line --regexp "^  hello +hello$"
    assert_line --regexp "^  Received hello from \('127.0.0.1', +Received hello"
    assert_line --regexp "^    PORT\) +PORT\)$"
}

@test "make compare: says so where they differ" {
    needs_python
    one_program
    sed -i 's/Task completed/Task done/' "$copy/01-loop/loop.py"
    run in_copy compare CHAPTER=1
    assert_failure
    assert_line --regexp "^  Task completed +\| +Task done$"
    assert_output --partial "They differ"
}

@test "make test: counts a failing test, says which, exits non-zero" {
    one_program
    write_tests "one that passes { true; }" "one that fails { false; }" \
        "one that is skipped { skip; }"
    run in_copy test
    assert_failure
    assert_line --regexp "^not ok [0-9] one that fails"
    assert_line "1 passed, 1 failed, 1 skipped"
    write_tests "never runs { true; }"
    sed -i '1s/.*/load nothing-of-this-name/' "$copy/01-loop/tests/x.bats"
    run in_copy test
    assert_failure
    assert_line --regexp "^0 passed, [1-9] failed$"
}

@test "make test: a program that never ends is told so in words" {
    one_program
    echo 'int main(void) { for (;;) ; }' >"$copy/01-loop/loop.c"
    write_tests "ends { run_program -t 1 loop; }"
    run in_copy test
    assert_failure
    assert_output --partial "loop : it never ended: stopped after 1 s"
}

@test "make test: a program that was not built is told so in words" {
    one_program
    write_tests "runs { run_program loop; }" 'in a pipe { bash -c "$(command_for loop) | cat"; }' \
        "serves { start_server loop; }"
    run env -u BUILD -u SANITIZE bats "$copy/01-loop/tests"
    assert_failure
    assert_equal "$(grep -c "^# not built: build/01-loop/loop: make programs$" <<<"$output")" 3
    refute_output --partial "failed to run command"
}

@test "make all: with what is missing says so, and names scripts/setup" {
    one_program
    mkdir "$copy/bin"
    printf '#!/bin/sh\nexit 1\n' >"$copy/bin/pkg-config"
    chmod +x "$copy/bin/pkg-config"
    PATH=$copy/bin:$PATH run -2 in_copy all
    assert_output --partial "Missing on this machine: libevent-dev libmariadb-dev"
    assert_output --partial "scripts/setup"
}

@test "make CC=clang: builds, and builds anew what gcc built" {
    command -v clang >/dev/null || skip "clang is not here: scripts/setup --dev"
    one_program
    in_copy all
    run in_copy all
    assert_output ""
    run in_copy all CC=clang
    assert_success
    assert_line "cc 01-loop/loop"
}

@test "make clean: removes build/ and nothing else" {
    one_program
    find "$copy" | sort >"$BATS_TEST_TMPDIR/before"
    in_copy all
    [[ -x $copy/build/01-loop/loop ]]
    in_copy clean
    find "$copy" | sort | diff "$BATS_TEST_TMPDIR/before" -
}

# included FILE: the headers that the compile command of FILE in $copy finds.
included() {
    "$python" - "$copy/build/compile_commands.json" "$1" <<'END' | tr -d '\\' | xargs -n 1 | grep '\.h$'
import json
import subprocess
import sys
with open(sys.argv[1], encoding="utf-8") as file:
    (entry,) = [e for e in json.load(file) if e["file"] == sys.argv[2]]
subprocess.run(entry["command"] + " -MM", cwd=entry["directory"], shell=True, check=True)
END
}

# chapter_with_scene CHAPTER: with an exercise whose scene is named as in the others.
chapter_with_scene() {
    mkdir -p "$copy/$1"/{modules,solutions,exercises/given}
    echo "# $1 — a chapter" >"$copy/$1/README.md"
    touch "$copy/$1/modules/of_${1%%-*}."{c,h} "$copy/$1/exercises/given/1_scene.h"
    printf '#include "%s"\n' given/1_scene.h of_01.h "of_${1%%-*}.h" |
        tee "$copy/$1/solutions/1_task.c" "$copy/$1/exercises/1_task.c" \
            >"$copy/$1/exercises/given/1_scene.c"
}

@test "make: the compile commands find each chapter's own scene, and its modules" {
    needs_python
    one_program
    chapter_with_scene 01-loop
    chapter_with_scene 02-more
    quiet_make -s -C "$copy" build/compile_commands.json
    for file in solutions/1_task.c exercises/1_task.c exercises/given/1_scene.c; do
        assert_equal "$(included 01-loop/$file | sort -u | xargs)" \
            "01-loop/exercises/given/1_scene.h 01-loop/modules/of_01.h"
        assert_equal "$(included 02-more/$file | sort -u | xargs)" \
            "01-loop/modules/of_01.h 02-more/exercises/given/1_scene.h 02-more/modules/of_02.h"
    done
}

@test "make: the compile commands follow the files, new chapters too" {
    needs_python
    one_program
    in_copy all
    run grep -o '"file": "[^"]*"' "$copy/build/compile_commands.json"
    assert_line '"file": "01-loop/loop.c"'
    refute_line --partial 02-more
    chapter_with_scene 02-more
    cp "$copy/01-loop/loop.c" "$copy/01-loop/other.c"
    rm "$copy/01-loop/loop.c"
    in_copy build/compile_commands.json
    run grep -o '"file": "[^"]*"' "$copy/build/compile_commands.json"
    assert_line '"file": "01-loop/other.c"'
    assert_line '"file": "02-more/exercises/given/1_scene.c"'
    refute_line '"file": "01-loop/loop.c"'
}
