# shellcheck shell=bash
# Functions about what students hand in, to be sourced from the workbook's root
# after exercises.bash. Nothing there is trusted: no link is followed, and only
# regular files of C source, of the names that this checkout has, are taken.

# answer_places STUDENT 01-loop/exercises/3_call_soon.c: where it is looked for:
# in a copy of the workbook, or of its chapters; in the one directory that an
# archive had at its top; in a heap of files, if no other chapter has the name.
# Each ends with a NUL.
answer_places() {
    local name=${2##*/}

    printf '%s\0' "$1/$2" "$1"/*/"$2"
    if (($(compgen -G "[0-9][0-9]-*/exercises/$name" | wc -l) == 1)); then
        printf '%s\0' "$1/$name" "$1/exercises/$name"
    fi
}

# links FILE BELOW: true if one of the names below that directory, or itself, is
# a symbolic link.
links() {
    local part=$1

    until [[ $part == "$2" || $part == */. || $part != */* ]]; do
        [[ ! -L $part ]] || return 0
        part=${part%/*}
    done
    [[ -L $2 ]]
}

# take_answer STUDENT NAME TO: copies the answer; 1 and why, if there is none.
take_answer() {
    local place found=()

    while IFS= read -r -d '' place; do
        [[ ! -e $place && ! -L $place ]] || found+=("$place")
    done < <(answer_places "$1" "$2")
    if ((${#found[@]} == 0)); then
        echo "missing"
    elif ((${#found[@]} > 1)); then
        echo "${#found[@]} files of this name"
    elif links "${found[0]}" "$1"; then
        echo "a symbolic link"
    elif [[ ! -f ${found[0]} ]]; then
        echo "not a file"
    elif ! head -c $((1 + (256 << 10))) "${found[0]}" >"$3" 2>/dev/null; then
        echo "it cannot be read"
    elif (($(stat -c %s "$3") > 256 << 10)); then
        echo "larger than 256 KiB"
    elif [[ ! -s $3 ]]; then
        echo "empty"
    elif LC_ALL=C grep -qaP '\0' "$3"; then
        echo "a binary, not C source"
    else
        return 0
    fi
    return 1
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
                break
            fi
        done <<<"${tap_said[i]}"
        break
    done
    ((tap_skipped == 0)) || why+=" ($tap_skipped skipped)"
    cut -c 1-160 <<<"$why"
}

# one_student DIRECTORY: true if it holds answers itself, rather than students.
one_student() {
    local id path all

    mapfile -t all < <(exercises) # also if only one is to be graded
    for id in "${all[@]}"; do
        path=$(exercise_path "$id")
        if [[ -e $1/${path%%/*} || -e $1/exercises || -e $1/${path##*/}.c ]]; then
            return 0
        fi
    done
    return 1
}
