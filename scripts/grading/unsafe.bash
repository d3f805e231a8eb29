# shellcheck shell=bash
# What scripts/grading/grade-exercise uses in place of safe.bash where UNSAFE=1 is said: no
# namespaces. Root still becomes somebody
# without a name for the compiler and the program, so that the program cannot
# reach the checks or their verdict; but it can see the machine and its network.

program=$work/out/program
build_answer() {
    local answer=$1

    shift
    rm -rf "$work/compile"
    cp -r "$GRADE_KIT/compile" "$work/compile"
    cp "$answer" "$work/compile/$path.c"
    cd "$work/compile" || return
    nobody
    place
    timeout -s KILL 60 "${place[@]}" "${nobody[@]}" env -i PATH=/usr/bin:/bin LANG=C.UTF-8 \
        bash -c 'ulimit -c 0 -t 15 -f 65536 -v 2097152 && exec "$@"' - "$@" </dev/null
}

check_answer() {
    local seconds=$1

    shift
    rm -rf "$work/test"
    cp -r "$GRADE_KIT/test" "$work/test"
    ln -f "$work/out/program" "$work/out/${path##*/}"
    install -m 755 "$GRADE_KIT/test/scripts/grading/grade-program-unsafe" "$work/test/build/$path"
    cd "$work/test" || return
    place
    timeout -s KILL "$seconds" "${place[@]}" env -i PATH=/usr/bin:/bin:/usr/sbin \
        LANG=C.UTF-8 HOME="$work" TMPDIR=/tmp SEED="$seed" GRADE_LEDGER="$work/ledger" \
        EXERCISE_PATIENCE="$EXERCISE_PATIENCE" \
        SANDBOX_USERS="${SANDBOX_USERS-}" SANDBOX_SLOT="${SANDBOX_SLOT:-0}" \
        GRADE_PROGRAM="$work/out/${path##*/}" "$@" </dev/null
}

# What it left running, and left behind where all may write, if it can be told from
# others' processes and files. No later answer finds it, nor a full disk.
end_all() {
    nobody
    if ((EUID == 0)); then
        "${nobody[@]}" bash -c 'kill -KILL -1' 2>/dev/null || true
        find /tmp /var/tmp /dev/shm /run/lock -xdev -uid "${nobody[2]}" \
            ! -path "$GRADE_KIT*" -delete 2>/dev/null || true
    fi
}
trap 'end_all; rm -rf "$work"' EXIT
