# shellcheck shell=bash
# Builds an answer and checks it. A part of scripts/grading/grade-exercise, which knows
# $path, $id, $work and $out.

# build FILE: sets $built to "built", "refused" or "unlinked", or to nothing if the grader
# failed.
build() {
    local compile libraries

    rm -rf "${work:?}/out"/*
    IFS='|' read -r _ compile libraries < <(grep "^$path|" "$GRADE_KIT/commands")
    # shellcheck disable=SC2086 # lists of flags
    build_answer "$1" bash ./build-answer "${program%/*}" "$libraries" $compile "$path.c" 2>&1 |
        { head -c 20000 && cat >/dev/null; } >"$work/said" ||
        true # with many warnings it compiles all the same
    built=$(head -c 10 "$work/out/ended" 2>/dev/null) || built=''
}

# check: runs the checks of $path on it; sets $verdict, $status and $why.
check() {
    local limit=${GRADE_SECONDS:-180} filter=()

    run_checks "$EXERCISE_PATIENCE" "$out/$id.tap" "$path.bats"
    why=$(why_not "$out/$id.tap")
    if [[ $verdict == failed && $why == "not so: "* ]]; then
        check_again
        why=$(why_not "$out/$id.tap")
    fi
    [[ $verdict != late ]] || why="its checks did not end within ${GRADE_SECONDS:-180} s"
}

# run_checks PATIENCE TAP BATS [WORD…]: within $limit seconds; sets $verdict and $status. BATS
# has the names of the checks; the words come before bats'.
run_checks() {
    status=0
    begin_run
    EXERCISE_PATIENCE=$1 check_answer "$limit" "${@:4}" bats --formatter tap "${filter[@]}" \
        "$path.bats" 2>"$work/stderr" | bound_tap >"$2" || status=${PIPESTATUS[0]}
    verdict=$(verdict "$2" "$status" "$3")
    if ((status == 137 && ${EPOCHREALTIME/[.,]/} - begun >= limit * 1000000)); then
        verdict=late
    fi
}

# check_again: runs those that came otherwise than expected once more, each by itself and
# with more patience: that may be a right answer that was late. What fails again, or has no end
# now, is told in the words of make practice, those of the first time. A crash, a leak or a
# program that never ends is what it is.
check_again() {
    local i filter end=$((SECONDS + limit)) more=3

    [[ -z ${SANDBOX_ALONE-} ]] || more=4
    tap_read <"$out/$id.tap"
    for i in "${!tap_result[@]}"; do
        [[ ${tap_result[i]} == failed && ${tap_said[i]} != *"| came      it "* ]] || continue
        printf '@test "%s" {\n' "${tap_name[i]}" >"$work/one.bats"
        filter=(--filter "^${tap_name[i]//[^[:alnum:] ]/.*}\$")
        limit=$((end > SECONDS ? end - SECONDS : 1))
        run_checks $((more * EXERCISE_PATIENCE)) "$work/again" "$work/one.bats" \
            env EXERCISE_CHECK="$i"
        [[ $verdict != failed && ! ($verdict == late && -n ${SANDBOX_ALONE-}) ]] || continue
        [[ $verdict == passed ]] || return 0
        LC_ALL=C awk -v i="$i" '
            /^(not )?ok / { on = ($1 == "not" ? $3 : $2) == i }
            !on { print }
            on && sub("^not ", "") { print }' "$out/$id.tap" >"$work/merged"
        mv "$work/merged" "$out/$id.tap"
    done
    status=$(LC_ALL=C grep -cm 1 '^not ok ' "$out/$id.tap") || true
    verdict=$(verdict "$out/$id.tap" "$status" "$path.bats")
}

# why_not TAP: the first thing that went wrong, in a few words.
why_not() {
    local i line why="the checks gave no result"

    tap_read <"$1"
    ((tap_skipped == 0)) || why="a check was skipped"
    for i in "${!tap_result[@]}"; do
        [[ ${tap_result[i]} == failed ]] || continue
        why="not so: ${tap_name[i]}"
        while IFS= read -r line; do
            if [[ $line == "| came      it "* ]]; then
                why="it ${line#"| came      it "}"
            elif [[ $why == "it "* && $line == "|           "* ]]; then
                line=${line#"|"} # folded, or more of it
                why+=" ${line#"${line%%[! ]*}"}"
            elif [[ $why == "it "* ]]; then
                break
            fi
        done <<<"${tap_said[i]}"
        break
    done
    ((tap_skipped == 0)) || why+=" ($tap_skipped skipped)"
    cut -c 1-160 <<<"$why"
}
