# shellcheck shell=bash
# Cancels a program's task at each of its awaits in turn, a run for each await; for
# tests of this chapter and of later ones: load ../../03-tasks/tests/helpers/cancel_at
#
#   cancel_each CHAPTER/PROGRAM CODE [ARGUMENT…]
#       builds the program by its Build line, with sanitizers and with
#       03-tasks/tests/drivers/cancel_at.h. Then runs CODE, Python with the names of
#       cancel_at.py beside this file, which must define scene(run); it is called for
#       each run. Fails if a run crashes, ends with another status than 0 or 1, or
#       leaves memory or a descriptor; or if an AWAIT of PROGRAM.c was never cancelled.
#       The arguments are the program's.

cancel_each() {
    local program=$1 code=$2 build_line cancelling=$BATS_TEST_TMPDIR/${1##*/} missing=''
    local -x ASAN_OPTIONS=exitcode=99:detect_leaks=1 UBSAN_OPTIONS=exitcode=99
    local -x PYTHONPATH=$root/scripts/lib:$root/03-tasks/tests/helpers PEER_PATIENCE=$slow

    needs_python
    shift 2
    build_line=$(grep -m 1 -oP '^ \* Build: +\Kcc .*' "$program.c")
    (cd "${program%/*}" && eval "${CC:-gcc} -g -O1 -std=gnu11 -D_GNU_SOURCE \
        -fsanitize=address,undefined -fno-sanitize-recover=all -I'$root/03-tasks/modules' \
        -include '$root/03-tasks/tests/drivers/cancel_at.h' \
        $(sed -E "s,^cc ,,; s, -o [^ ]+ , -o '$cancelling' ," <<<"$build_line")")
    run --separate-stderr timeout -s KILL $((120 * slow)) "$python" -B -c \
        "from cancel_at import *"$'\n'"$code"$'\n'"each_await(scene)" \
        "$BATS_TEST_TMPDIR" "$cancelling" "$@"
    ((status == 0)) || fail "$output $stderr"
    # The lines that have an AWAIT, and those where one was cancelled.
    missing=$(comm -23 <(grep -nE '\bAWAIT(_CATCH)?\(' "$program.c" | cut -d : -f 1 | sort) \
        <(grep -oP "^cancelled ${program##*/}.c:\K.*" <<<"$output" | sort -u))
    [[ -z $missing ]] || fail "never cancelled: ${program##*/}.c, lines ${missing//$'\n'/, }"
}
