#!/usr/bin/env bats
# What holds for every program of every chapter; a new one joins by itself.

load ../lib/test_helper

# programs: every .c of a chapter that is no module and no part of practice.
programs() {
    local source

    printf '%s\n' [0-9][0-9]-*/*.c | sed 's/\.c$//'
}

@test "programs: there are some" {
    (($(programs | wc -l) >= 10))
}

@test "programs: -h and --help print the usage on stdout, exit 0" {
    while read -r program; do
        for help in -h --help; do
            run --separate-stderr timeout 10 "$build/$program" "$help"
            assert_success
            assert_line --index 0 --partial "usage: ${program#*/}"
            ((${#lines[@]} > 1)) || fail "$program: the usage alone is no help"
            assert_equal "$stderr" ""
        done
    done < <(programs)
}

@test "programs: help that cannot be written is an error" {
    local buffers=("")

    # Unbuffered, it fails where it is printed, not in the last fflush: so it does with
    # musl, too. (A sanitizer wants to be the first library, and so does stdbuf.)
    [[ -n ${SANITIZE-} ]] || buffers+=("stdbuf -o0")
    while read -r program; do
        for buffer in "${buffers[@]}"; do
            run timeout 10 bash -c "$buffer"' "$1" --help >/dev/full' - "$build/$program"
            [[ $status == 1 ]] || fail "$program: exit $status${buffer:+ ($buffer)}"
        done
    done < <(programs)
}

@test "programs: an unknown option is one line on stderr, exit 2" {
    while read -r program; do
        run --separate-stderr timeout 10 "$build/$program" --no-such-option
        [[ $status == 2 ]] || fail "$program: exit $status"
        assert_output ""
        assert_equal "${#stderr_lines[@]}" 1
        [[ $stderr == "${program#*/}: "*--no-such-option*usage:* ]] || fail "$program: $stderr"
    done < <(programs)
}

@test "programs: an unknown option in front of others is named, not what stands before it" {
    while read -r program; do
        run --separate-stderr timeout 10 "$build/$program" -xz
        [[ $status == 2 ]] || fail "$program: exit $status"
        [[ $stderr == "${program#*/}: "*-x*usage:* && $stderr != *"$program"* ]] ||
            fail "$program: $stderr"
    done < <(programs)
}

@test "programs: -D_GNU_SOURCE on the command line is no second definition" {
    while read -r source; do
        # shellcheck disable=SC2046 # words
        ${CC:-cc} -std=gnu11 -Werror -D_GNU_SOURCE -fsyntax-only $(printf -- '-I%s ' 0*/modules) \
            $(pkg-config --cflags libmariadb) "$source" || fail "$source"
    done < <(grep -l "define _GNU_SOURCE" [0-9][0-9]-*/*.c [0-9][0-9]-*/modules/*.c)
}

@test "programs: the first comment says what, how to build, to run, what it prints" {
    while read -r program; do
        run sed '/\*\//q' "$program.c"
        assert_line --index 0 --partial "/* ${program#*/} — "
        assert_output --regexp "[Tt]win|asyncio"
        assert_output --regexp $'\n \\* Build: +cc (-I[^ ]+ )*-o '
        assert_output --regexp $'\n \\* Run: '
        assert_output --regexp $'\n \\* Prints: '
    done < <(programs)
}

@test "programs: every twin is beside its program" {
    for twin in [0-9][0-9]-*/*.py; do
        [[ -e ${twin%.py}.c ]] || fail "$twin has no ${twin%.py}.c"
    done
}
