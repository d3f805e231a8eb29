# shellcheck shell=bash
# Builds an answer and checks it. A part of scripts/grading/grade-exercise, which knows
# $path, $id, $work and $out.

# build FILE: sets $built to "built" or "refused", or to nothing if the grader failed.
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

# check: runs the checks of $path on it; sets $verdict, $status and $why. Once more, with
# more patience, if it came otherwise than expected: that may be a right answer that was
# late. A crash, a leak or a program that never ends is what it is. Of two failures the
# first is told, in the words of make practice; unless the second was a lesser one.
check() {
    local first='' passed patience more=3 limit=${GRADE_SECONDS:-180} tap=$out/$id.tap

    [[ -z ${SANDBOX_ALONE-} ]] || more=4
    for patience in "$EXERCISE_PATIENCE" $((more * EXERCISE_PATIENCE)); do
        status=0
        begin_run
        EXERCISE_PATIENCE=$patience check_answer "$limit" bats --formatter tap "$path.bats" \
            2>"$work/stderr" | bound_tap >"$tap" || status=${PIPESTATUS[0]}
        verdict=$(verdict "$tap" "$status" "$path.bats")
        why=$(why_not "$tap")
        if ((status == 137 && ${EPOCHREALTIME/[.,]/} - begun >= limit * 1000000)); then
            verdict=late why="its checks did not end within $limit s"
        fi
        tap_read <"$tap"
        if [[ -z $first && $verdict == failed && $why == "not so: "* ]]; then
            first=$why passed=$tap_passed
            cp "$tap" "$work/first"
        elif [[ -n $first && $verdict == failed ]] && ((passed >= tap_passed)); then
            why=$first
            cp "$work/first" "$tap"
            return 0
        else
            return 0
        fi
    done
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
