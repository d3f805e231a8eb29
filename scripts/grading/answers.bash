# shellcheck shell=bash
# Functions about answers and their checks, to be sourced from the workbook's root after
# exercises.bash.

# take_answer STUDENT NAME TO: copies the answer to the exercise NAME, which
# grading/collect.py has put into the directory STUDENT; prints why and returns 1, if
# there is none.
take_answer() {
    local answer

    answer=$1/$(exercise_id "$2")
    if [[ ! -f $answer.c ]]; then
        cat "$answer.not"
        return 1
    fi
    cp "$answer.c" "$3"
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
