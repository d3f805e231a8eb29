# shellcheck shell=bash
# For tests that run all programs: how each is run, and what it needs beside it.
#
# A new program joins by itself, by the line `Run:` of its first comment, which each
# must have.

# ways_to_run CHAPTER/PROGRAM: one a line, as after `Run:`.
ways_to_run() {
    sed -n '/^ \* Run: /,/^ \* Prints: /p' "$1.c" |
        grep -oE "(with-mariadb )?\./${1#*/}( [^ ,;<(]+)*( |,|$)" |
        sed 's/[ ,]*$//'
}

# no_chapter_is_left_out: the test's file has a line "of_chapter NN" for each.
no_chapter_is_left_out() {
    local chapter

    for chapter in [0-9][0-9]-*; do
        grep -q "^    of_chapter ${chapter%%-*}$" "$BATS_TEST_FILENAME" || fail "$chapter"
    done
}

# is_server CHAPTER/PROGRAM: it, or a module that it includes, says where it listens, or
# includes the acceptor, which does.
is_server() {
    local modules chapter_path

    # The modules of this chapter or of an earlier one.
    mapfile -t modules < <(
        sed -n 's,^#include "\(.*\)\.h",/modules/\1.c\n/modules/\1.h,p' "$1.c"
    )
    for chapter_path in [0-9][0-9]-*; do
        ! grep -qsE 'listening on|^#include "acceptor\.h"' "$1.c" \
            "${modules[@]/#/$chapter_path}" || return 0
    done
    return 1
}

# For the clients: a server that has all the memory it wants.
echo_server() {
    [[ -z $server ]] || return 0
    chapter=02-sockets
    start_server server -k -p 0
}

# Lasts until the test's shell ends, and with it the other end of the pipe.
database() {
    [[ -z ${MYSQL_HOST-} ]] || return 0
    coproc scripts/with-mariadb bash -c \
        'env | sed -n "s/^MYSQL_/export MYSQL_/p"; echo; cat' 3>&-
    while read -r -u "${COPROC[0]}" line && [[ -n $line ]]; do
        eval "$line"
    done
    [[ -n ${MYSQL_HOST-} ]] || fail "no database"
}
