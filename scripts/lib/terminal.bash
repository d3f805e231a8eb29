# shellcheck shell=bash
# What looks different on a terminal, to be sourced.
#
#   in_colour              true if stdout is a terminal and NO_COLOR is not set
#   set_colours            sets $bold, $green, $red and $plain; they are empty where
#                          nothing is to be coloured
#   until_covered FD WORDS on a terminal only: a line that the next output covers
#   progress WORDS         on stderr: a line that the next progress replaces; where
#                          stderr is no terminal, a line by itself
#   bar DONE ALL           prints how much of 20 squares is done

in_colour() {
    [[ -t 1 && -z ${NO_COLOR-} ]]
}

# shellcheck disable=SC2034 # they are for the script that calls it
set_colours() {
    bold='' green='' red='' plain=''
    if in_colour; then
        bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
    fi
}

until_covered() {
    [[ ! -t $1 ]] || printf '%s\r' "$2" >&"$1"
}

progress() {
    if [[ -t 2 ]]; then
        printf '\r\e[K%s' "$1" >&2
    else
        printf '%s\n' "$1" >&2
    fi
}

bar() {
    local done=████████████████████
    local open=░░░░░░░░░░░░░░░░░░░░ full=$((20 * $1 / $2))

    printf '%s' "${done:0:full}${open:full}"
}
