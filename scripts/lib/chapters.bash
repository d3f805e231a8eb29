# shellcheck shell=bash
# Functions about chapters, to be sourced from the workbook's root.
# A chapter is a directory 01-name; its README.md begins
#   # 01-name — what it is
#   asyncio: the names it goes by there
# shellcheck source=scripts/lib/terminal.bash
source "${BASH_SOURCE[0]%/*}/terminal.bash"

chapters() {
    printf '%s\n' [0-9][0-9]-*/ | tr -d /
}

# chapter_title 01-loop, chapter_idea 01-loop
chapter_title() {
    sed -n '1s/^# .* — //p' "$1/README.md"
}

chapter_idea() {
    sed -n 's/^asyncio: //p' "$1/README.md" | head -n 1 | tr -d '`'
}

# The list of chapters and what each teaches.
chapter_list() {
    local chapter

    while read -r chapter; do
        printf '  %-12s %-24s %s\n' "$chapter" "$(chapter_title "$chapter")" \
            "$(chapter_idea "$chapter")"
    done < <(chapters) | wrap 13
}

# chapter_find 01-loop|01|1|loop: prints the chapter's directory. An unknown
# one prints the list on stderr and ends the script with 2.
chapter_find() {
    local chapter number

    while read -r chapter; do
        number=${chapter%%-*}
        case $1 in
            "$chapter" | "$chapter/" | "$number" | "${number#0}" | "${chapter#*-}")
                echo "$chapter"
                return
                ;;
        esac
    done < <(chapters)
    {
        printf "There is no chapter '%s'. There are:\n\n" "$1"
        chapter_list
        printf '\nNamed as 01-loop, 01, 1 or loop.\n'
    } >&2
    exit 2
}
