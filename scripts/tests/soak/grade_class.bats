#!/usr/bin/env bats
# A class of 200 whose marks are known (helpers/make_class.py: half right, a quarter wrong,
# the rest odd or hostile), graded three times: twice here, once on two hosts, which are an
# sshd each in namespaces of their own. Each student hands in one of five exercises, so
# that a grading takes minutes on two cores. On the hosts one dies in mid-run.

load ../../lib/test_helper
load ../helpers/copy
load ../helpers/hosts

plain_build_only=yes

setup_file() {
    [[ -d $root/01-loop/solutions && -z ${SANITIZE-}${VALGRIND-} ]] || return 0
    cd "$root" || return
    /usr/bin/python3 scripts/tests/helpers/make_class.py "$BATS_FILE_TMPDIR/class" \
        >"$BATS_FILE_TMPDIR/due"
}

setup() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    [[ -e $BATS_FILE_TMPDIR/due ]] || skip "the solutions are not here"
    cd "$root" || return
    why=$(source scripts/grading/sandbox.bash && sandbox_works) || skip "no sandbox: ${why%%$'\n'*}"
    build=build/class_of_200 # in the workbook, as grade wants it
    mkdir -p "$build"
    rm -rf "$build/grade"
}

teardown() {
    [[ -z ${killer-} ]] || kill "$killer" 2>/dev/null || true
    stop_hosts
}

teardown_file() {
    rm -rf "$root/build/class_of_200"
}

# grade_class: exports $seconds, how long it took. Each mark is what is due. Results go to the
# file RESULTS, without times.
grade_class() {
    local begun=$SECONDS

    quiet_make -s grade BUILD="$build" EXERCISE=01-3,02-4,03-2,04-1,05-3 FORMAT=junit,gradescope \
        SUBMISSION="$BATS_FILE_TMPDIR/class" >"$BATS_TEST_TMPDIR/said" 2>&1 ||
        { cat "$BATS_TEST_TMPDIR/said" && return 1; }
    seconds=$((SECONDS - begun))
    /usr/bin/python3 - "$BATS_FILE_TMPDIR/due" "$build/grade" >"$1" <<'END'
import csv
import re
import sys
from pathlib import Path

grade = Path(sys.argv[2])
due = {tuple(line.split("\t")[:2]): line.split("\t")[2]
       for line in Path(sys.argv[1]).read_text("utf-8").splitlines()}
with open(grade / "checks.csv", encoding="utf-8-sig", newline="") as file:
    rows = list(csv.DictReader(file))
came = {(r["student"].lstrip("'") if r["student"][1:2] in "=-" else r["student"], r["exercise"]):
        r["points"] for r in rows}
wrong = [f"{who}: {points}, due was {due.get(who, '0')}" for who, points in came.items()
         if points != due.get(who, "0")]
assert not wrong and not {*due} - {*came}, "\n".join(wrong or map(str, {*due} - {*came}))
for row in rows:
    print([row[k] for k in ("student", "exercise", "points", "passed", "why", "sha256", "seed")])
END
    awk -F, -v seconds="$seconds" 'NR > 1 { sum += $NF } END { printf "# %d students in %d s; %.1f s a " \
        "student, %.1f of them at work\n", NR - 1, seconds, seconds / (NR - 1), sum / (NR - 1) }' \
        "$build/grade/marks.csv" >&3
    grep "once more" "$BATS_TEST_TMPDIR/said" | sed 's/^/# /' >&3 || true
}

@test "grade: a class of 200 has every mark that is due" {
    grade_class "$BATS_FILE_TMPDIR/first"
}

@test "grade: a second time all its results are the same" {
    grade_class "$BATS_TEST_TMPDIR/second"
    diff "$BATS_FILE_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
}

@test "grade: on two hosts, of which one dies in mid-run, they are the same" {
    [[ $EUID == 0 ]] || skip "needs root, for network namespaces"
    command -v sshd >/dev/null && command -v rsync >/dev/null || skip "no sshd or rsync: scripts/setup --dev"
    start_hosts "$BATS_TEST_TMPDIR/hosts"
    (
        for _ in {1..1200}; do
            sleep 0.5
            (($(find build/class_of_200/grade/students/ -name time 2>/dev/null | wc -l) < 100)) || break
        done
        kill_host b
    ) 3>&- &
    killer=$!
    HOSTS=$hosts grade_class "$BATS_TEST_TMPDIR/third"
    run ! host b true
    diff "$BATS_FILE_TMPDIR/first" "$BATS_TEST_TMPDIR/third"
}
