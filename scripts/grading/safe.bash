# shellcheck shell=bash
# The two steps of scripts/grading/grade-exercise, each in a sandbox; sourced by it after
# sandbox.bash, they know its $work and $path. Without one: scripts/grading/unsafe.bash.

program=/out/program

# build_answer ANSWER COMMAND…: runs the compiler, which sees the system, the chapter's
# headers and modules, and the answer; it writes into $work/out.
build_answer() {
    local answer=$1

    shift
    sandbox_system "$GRADE_KIT"
    sandbox 60 --ro-bind "$GRADE_KIT/compile" /book --bind "$work/out" /out \
        --ro-bind "$answer" "/book/$path.c" --chdir /book --remount-ro / \
        bash -c 'ulimit -c 0 -t 15 -f 65536 -v 2097152 -u 64 && exec "$@"' - "$@"
}

# check_answer SECONDS COMMAND…: runs the checks, so long at most. They see the
# program, but it does not see them: what they run is scripts/grading/grade-program.
check_answer() {
    local database=() seconds=$1

    shift
    if [[ -e $GRADE_KIT/test/build/mariadb/template ]]; then
        database=(--ro-bind "$GRADE_KIT/test/build/mariadb/template"
            /book/build/mariadb/template)
    fi
    sandbox_system "$GRADE_KIT"
    sandbox "$seconds" --ro-bind "$GRADE_KIT/test" /book \
        --ro-bind "$GRADE_KIT/test/scripts/grading/grade-program" "/book/build/$path" \
        --ro-bind "$work/out/program" "/answer/${path##*/}" \
        --bind "$work/ledger" /ledger --setenv GRADE_LEDGER /ledger \
        --size $((512 << 20)) --tmpfs /book/build/mariadb "${database[@]}" \
        --setenv EXERCISE_PATIENCE "$EXERCISE_PATIENCE" --setenv SEED "$seed" \
        --chdir /book --remount-ro / "$@"
}
