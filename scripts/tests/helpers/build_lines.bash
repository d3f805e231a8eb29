# shellcheck shell=bash
# build_lines SOURCE…: pastes each program's Build line in a copy of its
# directory; it must build the program, without a word.
build_lines() {
    local source command

    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    cp -r [0-9][0-9]-* "$BATS_TEST_TMPDIR"
    for source in "$@"; do
        command=$(grep -m1 -o 'cc .*' "$source") || fail "$source: no Build line"
        rm -f "$BATS_TEST_TMPDIR/${source%.c}"
        run bash -c "cd '$BATS_TEST_TMPDIR/$(dirname "$source")' && $command"
        assert_success
        assert_output ""
        [[ -x $BATS_TEST_TMPDIR/${source%.c} ]] || fail "$source: nothing was built by: $command"
    done
}
