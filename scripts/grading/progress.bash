# shellcheck shell=bash
# How far a grading is, to be sourced after scripts/lib/terminal.bash.

# tell_progress WHAT ALL: reads a line for each answer that is graded, and reports on
# stderr how many of ALL there are and how long the rest will take: on a terminal with
# a bar; elsewhere in a line after 10 s, and then each time that an eighth more time
# has passed. The same line again, of an answer that was begun twice, counts once.
tell_progress() {
    local all=$2 begun=$SECONDS next=10 line passed status
    local -A graded=()

    while
        status=0
        IFS= read -rt 1 line || status=$?
        ((status == 0 || status > 128)) # a line, or a second has passed
    do
        [[ -z $line ]] || graded[$line]=yes
        passed=$((SECONDS - begun))
        if is_terminal 2; then
            progress "$1   $(bar ${#graded[@]} "$all")  $(how_far ${#graded[@]} "$all" "$passed")"
        elif ((passed >= next && ${#graded[@]} < all)); then
            progress "grade: $(how_far ${#graded[@]} "$all" "$passed")"
            next=$((passed + (passed > 80 ? passed / 8 : 10)))
        fi
    done
    ! is_terminal 2 || progress ""
}

# tell_again STUDENT ID…: reports on stderr which answers are graded once more, and why.
tell_again() {
    local count=$(($# / 2)) shown=0 why

    if ((count == 1)); then
        echo "grade: one answer is graded once more, by itself:"
    else
        echo "grade: $count answers are graded once more, one at a time:"
    fi
    for (( ; $# > 0 && shown < 10; shown++)); do
        why=$(head -n 1 "$1/$2.again" 2>/dev/null) || why="it came back without a mark"
        why="$2 of ${1##*/}: $why"
        printf '  %s\n' "${why//[[:cntrl:]]/?}"
        shift 2
    done
    (($# == 0)) || echo "  and $(($# / 2)) more"
} >&2

# how_far DONE ALL SECONDS: "12/80 answers, about 4 min left". The first few say nothing
# about the rest.
how_far() {
    local left=$(($1 > 0 ? $3 * ($2 - $1) / $1 : 0)) about=''

    if (($1 < 3 || $1 == $2)); then
        :
    elif ((left < 60)); then
        about=", about $(((left + 9) / 10 * 10)) s left"
    else
        about=", about $(((left + 59) / 60)) min left"
    fi
    echo "$1/$2 answers$about"
}
