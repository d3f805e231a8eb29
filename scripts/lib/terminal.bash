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
#   columns, rows          the width and height of the terminal that stdout is, at
#                          least 40 columns; 80 and 24 where it is none
#   wrap [-c] HANG         a filter: breaks each line that is wider than the terminal
#                          between words; what follows is indented by HANG columns
#                          more than the line. -c: the lines are shell commands; the
#                          parts still paste as one
#   flow HANG ITEM…        prints items beside each other, as many as a line holds;
#                          an item is broken only if it is wider than a line
#   markdown INDENT        a filter: a text without its marks, indented, paragraphs
#                          filled anew, 80 columns at most
# A width counts characters, without colours.

# is_terminal FD: true if FD is a terminal that can move its cursor.
is_terminal() {
    [[ -t $1 && ${TERM:-dumb} != dumb ]]
}

in_colour() {
    is_terminal 1 && [[ -z ${NO_COLOR-} ]]
}

# shellcheck disable=SC2034 # they are for the script that calls it
set_colours() {
    bold='' green='' red='' plain=''
    if in_colour; then
        bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
    fi
}

until_covered() {
    ! is_terminal "$1" || printf '%s\r' "$2" >&"$1"
}

progress() {
    if is_terminal 2; then
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

columns=80 rows=24
if [[ -t 1 ]]; then
    read -r rows columns 3>&1 < <(stty size <&3) || true
    ((rows > 0)) || rows=24
    ((columns > 0)) || columns=80
    ((columns >= 40)) || columns=40
fi

# width TEXT: sets $width.
width() {
    local text=$1

    if [[ $text == *$'\e'* ]]; then
        text=${text//$'\e['[0-9]m/}
        text=${text//$'\e['[0-9][0-9]m/}
    fi
    width=${#text}
}

wrap() {
    local line break_line=break_text

    if [[ $1 == -c ]]; then
        break_line=break_command
        shift
    fi
    while IFS= read -r line || [[ -n $line ]]; do
        "$break_line" "$1" "$line"
    done
}

# break_text HANG LINE: at the last space that fits; a word without one at the edge.
break_text() {
    local rest=$2 lead=${2%%[! ]*} left part length width

    # However far to the right a line begins, some room is left for it.
    left=$((${#lead} + $1 < columns - 20 ? ${#lead} + $1 : columns - 20))
    width "$rest"
    while ((width > columns)); do
        length=$((columns + 1))
        while
            part=${rest:0:length}
            width "$part"
            ((width <= columns))
        do # colours take no room
            length=$((length + columns + 1 - width))
        done
        if [[ ${part#"$lead"} == *" "* ]]; then
            part=${part% *}
        else
            part=${part:0:length-1}
        fi
        rest=${rest:${#part}}
        part=${part%"${part##*[! ]}"}
        printf '%s\n' "${part//$'\u00a0'/ }"
        printf -v lead '%*s' "$left" ''
        rest=$lead${rest#"${rest%%[! ]*}"}
        width "$rest"
    done
    rest=${rest%"${rest##*[! ]}"}
    printf '%s\n' "${rest//$'\u00a0'/ }"
}

# A quoted part of a command is one word, with all its spaces.
command_word=$'^( *)(([^ "\'\\\\]|\\\\.|"([^"\\\\]|\\\\.)*"|\'[^\']*\')+)'

# break_command HANG LINE: before an argument; a wide one may begin further to the left.
break_command() {
    local rest=$2 lead=${2%%[! ]*} part='' left

    if ((${#rest} > columns)); then
        while [[ $rest =~ $command_word ]]; do
            rest=${rest:${#BASH_REMATCH[0]}}
            if [[ -n $part ]] && ((${#part} + ${#BASH_REMATCH[0]} + 2 > columns)); then
                printf '%s \\\n' "$part"
                left=$((columns - 2 - ${#BASH_REMATCH[2]}))
                left=$((left < ${#lead} + $1 ? left : ${#lead} + $1))
                printf -v part '%*s%s' $((left > 2 ? left : 2)) '' "${BASH_REMATCH[2]}"
            else
                part+=${BASH_REMATCH[0]}
            fi
        done
    fi
    printf '%s\n' "$part$rest"
}

flow() {
    local left=$1 hang=$1 item part='' used=0 width
    shift

    for item in "$@"; do
        width "$item"
        if [[ -n $part ]] && ((used + 3 + width > columns)); then
            wrap "$hang" <<<"${part%"${part##*[! ]}"}"
            printf -v part '%*s' "$left" ''
            used=$left hang=2
        elif [[ -n $part ]]; then
            part+='   ' used=$((used + 3))
        fi
        part+=$item used=$((used + width))
    done
    wrap "$hang" <<<"$part"
}

markdown() {
    local indent=$1 line item paragraph='' hang=0 fence='' code
    local columns=$((columns < 80 ? columns : 80))

    while IFS= read -r line || [[ -n $line ]]; do
        if [[ -n $fence ]]; then
            if [[ $line == '```'* ]]; then
                code_block
                fence=''
            else
                code+=("$line")
            fi
        elif [[ $line == '```'* ]]; then
            fill
            fence=$line code=()
        elif [[ -z ${line// /} ]]; then
            fill
            echo
        elif [[ $line =~ ^([-*]|[0-9]+\.)\ +[^\ ] ]]; then
            item=${BASH_REMATCH[0]}
            fill
            paragraph=$line hang=$((${#item} - 1))
        else
            paragraph+=${paragraph:+ }${line#"${line%%[! ]*}"}
        fi
    done
    fill
}

# fill: prints $paragraph, if there is one: links without their targets, and make with
# its variables in one line, so that it can be pasted.
fill() {
    local link='\[([^]]*)\]\([^)]*\)' command='make [a-z-]+( [A-Z]+=[^ ]+)*'

    [[ -n $paragraph ]] || return 0
    while [[ $paragraph =~ $link ]]; do
        paragraph=${paragraph/"${BASH_REMATCH[0]}"/"${BASH_REMATCH[1]}"}
    done
    while [[ $paragraph =~ $command ]]; do
        paragraph=${paragraph/"${BASH_REMATCH[0]}"/"${BASH_REMATCH[0]// /$'\u00a0'}"}
    done
    printf -v paragraph '%*s%s' "$indent" '' "$paragraph"
    break_text "$hang" "$paragraph"
    paragraph='' hang=0
}

# code_block: prints the lines of $code with their columns; further to the left than
# the text if they need the room.
code_block() {
    local lead=80 left=$((indent + 4)) command='' line

    [[ $fence != *sh ]] || command=-c
    for line in "${code[@]}"; do
        [[ -z $line ]] || { width "${line%%[! ]*}" && lead=$((width < lead ? width : lead)); }
    done
    code=("${code[@]#"$(printf '%*s' "$lead" '')"}")
    for line in "${code[@]}"; do
        width "$line"
        left=$((columns - width < left ? columns - width : left))
    done
    left=$((left < 2 ? 2 : left))
    for line in "${code[@]}"; do
        printf '%*s%s\n' "${line:+$left}" '' "$line"
    done | wrap $command 4
}
