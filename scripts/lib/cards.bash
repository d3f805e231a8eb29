# shellcheck shell=bash
# Functions about the interview cards, to be sourced from the workbook's root.
# A card is a heading of a chapter's interview.md, and what follows it:
#   <a id="01-04"></a>
#   ## 01-04 Why did my 100 ms timer fire after 400 ms?
# It is proved by the tests of interview.bats whose name begins with its id.
# shellcheck source=scripts/lib/terminal.bash
source "${BASH_SOURCE[0]%/*}/terminal.bash"

# anchors: a filter: headings, one a line, as GitHub makes links of them.
anchors() {
    tr '[:upper:]' '[:lower:]' | sed -E 's/[^[:alnum:] _-]//g; s/ /-/g'
}

# cards [CHAPTER…]: id, tab, question; all of them, in order.
cards() {
    local chapter

    for chapter in "${@:-[0-9][0-9]-*}"; do
        # shellcheck disable=SC2086 # a pattern, where no chapter is named
        cat $chapter/interview.md 2>/dev/null || true
    done | sed -nE 's/^## ([0-9]{2}-[0-9]{2}) (.*)$/\1\t\2/p'
}

# card_chapter 01-04: the directory 01-loop.
card_chapter() {
    printf '%s\n' "${1%-*}"-*/ | tr -d /
}

card_question() {
    cards | awk -F '\t' -v id="$1" '$1 == id { print $2 }'
}

# card_heading ID QUESTION [POSITION]: prints them, the position in the right margin.
# Sets $height to the number of its lines.
card_heading() {
    local position=${3-} lines gap room=$((columns < 80 ? columns : 80))

    room=$((room - ${#position}))
    # Two columns at least stay free before the position.
    mapfile -t lines < <(columns=$((room - 2)) && wrap 8 <<<"$1   $2")
    printf -v gap '%*s' $((room - ${#lines[0]})) ''
    lines[0]=$bold$1$plain${lines[0]#"$1"}${position:+$gap$position}
    printf '%s\n' "${lines[@]}"
    height=${#lines[@]}
}

# card_answer 01-04: the answer, as Markdown.
card_answer() {
    awk -v id="$1" '
        /^## / { on = ($2 == id); next }
        /^<a id="[0-9-]+"><\/a>$/ { next }
        on && (NF || text) { text = text $0 "\n" }
        END { sub(/\n+$/, "\n", text); printf "%s", text }
    ' "$(card_chapter "$1")/interview.md"
}

# card_tests 01-04: the names of the tests that prove it, without the id.
card_tests() {
    sed -nE "s/^@test \"$1 (.*)\" \{$/\1/p" \
        "$(card_chapter "$1")/tests/interview.bats" 2>/dev/null || true
}

# card_lesson 01-04: where the lesson speaks of it: a link to the heading under
# which its README.md first names the id, else to the card.
card_lesson() {
    local chapter heading

    chapter=$(card_chapter "$1")
    heading=$(awk -v id="$1" '
        /^#+ / { heading = substr($0, index($0, " ") + 1) }
        index($0, id) && heading { print heading; exit }' "$chapter/README.md")
    if [[ -n $heading ]]; then
        echo "$chapter/README.md#$(anchors <<<"$heading")"
    else
        echo "$chapter/interview.md#$1"
    fi
}

# card_check ID: ends the script with 2 if there is no such card.
card_check() {
    [[ -z $(card_question "$1") ]] || return 0
    {
        printf "There is no card '%s'. Cards are named as 01-04. There are:\n\n" "$1"
        cards | sed 's/^/  /; s/\t/   /'
    } | wrap 8 >&2
    exit 2
}
