# shellcheck shell=bash
# A small workbook of its own, for tests of scripts:  load helpers/copy
#
#   small_copy DIRECTORY [FILE…]   makes it there, in $copy: the Makefile, the scripts
#       without their tests, and these files
#   in_copy …                      make in $copy
#   quiet_make …                   make, without what an outer make or test hands down

small_copy() {
    copy=$1
    mkdir -p "$copy"
    (cd "$root" && cp -r Makefile scripts "$copy" && cp --parents "${@:2}" "$copy")
    rm -r "$copy/scripts/tests"
}

in_copy() {
    quiet_make -C "$copy" "$@"
}

quiet_make() {
    env -u MAKEFLAGS -u MAKELEVEL -u BUILD -u SANITIZE -u CHAPTER -u EXERCISE -u SHIPPED -u SEED \
        -u PROVE_TRANSCRIPT make --no-print-directory "$@"
}
