# shellcheck shell=bash
# Functions about the exercises, to be sourced from the workbook's root, after
# chapters.bash. Exercise 01-3 is 01-loop/exercises/3_call_soon.c, its checks
# are beside it in 3_call_soon.bats, its task in README.md there, its hints in
# hints/3_call_soon.md. What is known about it is kept in build/practice/01-3.*.
# shellcheck source=scripts/lib/tap.bash
source "${BASH_SOURCE[0]%/*}/tap.bash"
: "${BUILD:=build}"
practice=$BUILD/practice

# exercises [CHAPTER…]: their ids, in order, those whose file is missing too. Number 0
# of a chapter is none of them: it is the example, which is solved.
exercises() {
    local file

    for file in $(printf '%s/exercises/[1-9]*_*.bats\n' "${@:-[0-9][0-9]-*}"); do
        [[ ! -e $file ]] || exercise_id "$file"
    done
}

# exercise_id 01-loop/exercises/3_call_soon.c: 01-3
exercise_id() {
    local file=${1##*/}

    echo "${1%%-*}-${file%%_*}"
}

# exercise_path 01-3: 01-loop/exercises/3_call_soon
exercise_path() {
    local file

    for file in "${1%-*}"-*/exercises/"${1#*-}"_*.bats; do
        echo "${file%.bats}"
    done
}

# exercise_title 01-3: "call_soon — deferred calls keep their order"
exercise_title() {
    sed -n "s/^## ${1#*-}\. //p" "$(dirname "$(exercise_path "$1")")/README.md"
}

# exercise_find 01-3|1-3|01-03|01-loop/exercises/3_call_soon.c: the id. An
# unknown one prints the list on stderr and ends the script with 2.
exercise_find() {
    local id

    if [[ $1 =~ ([0-9]{2}-[^/]+/exercises/[0-9]+_[^/]+)$ ]]; then
        id=$(exercise_id "${BASH_REMATCH[1]}")
    elif [[ $1 =~ ^([0-9]+)-([0-9]+)$ ]]; then
        id=$(printf '%02d-%d' "$((10#${BASH_REMATCH[1]}))" "$((10#${BASH_REMATCH[2]}))")
    fi
    if [[ -n ${id-} && -e $(exercise_path "$id").bats ]]; then
        echo "$id"
        return
    fi
    {
        printf "There is no exercise '%s'. Exercises are named as 01-2,\n%s\n\n" "$1" \
            "chapters by CHAPTER=01. There are:"
        while read -r id; do
            printf '  %s  %s\n' "$id" "$(exercise_title "$id")"
        done < <(exercises)
    } | wrap 6 >&2
    exit 2
}

# exercise_hint 01-3 2: its second hint; nothing if there is none.
exercise_hint() {
    exercise_section "$1" "Hint $2"
}

# exercise_debrief 01-3: what a learner is told who has solved it, or nothing.
exercise_debrief() {
    exercise_section "$1" "When it is solved"
}

# exercise_section 01-3 HEADING: that section of the hints.
exercise_section() {
    local path

    path=$(exercise_path "$1")
    [[ -e ${path%/*}/hints/${path##*/}.md ]] || return 0
    awk -v wanted="## $2" '
        /^## / { on = ($0 == wanted); next }
        on && (NF || text) { text = text $0 "\n" }
        END { sub(/\n+$/, "\n", text); printf "%s", text }
    ' "${path%/*}/hints/${path##*/}.md"
}

# exercise_checks BATS BINARY [TEST]: runs the checks (or one) on a program; prints TAP.
exercise_checks() {
    local filter=() binary=$2 check=''

    [[ $binary == /* ]] || binary=$PWD/$binary
    if [[ -n ${3-} ]]; then
        filter=(--filter "^${3//[^[:alnum:] ]/.*}\$")
        check=$(exercise_check_number "$1" "$3")
    fi
    EXERCISE_BINARY=$binary EXERCISE_CHECK=$check exercise_bats "${filter[@]}" "$1"
}

# exercise_bats ARGUMENT…: bats, in an environment of its own; prints TAP.
exercise_bats() {
    # bats puts itself in front, for bats in bats: without its functions it fails.
    env -i PATH="${PATH/#*bats-core:/}" HOME="$HOME" LC_ALL=C.UTF-8 TMPDIR="${TMPDIR-/tmp}" \
        BUILD="$BUILD" SEED="${SEED:-$((RANDOM % 9999 + 1))}" \
        EXERCISE_BINARY="${EXERCISE_BINARY-}" EXERCISE_CHECK="${EXERCISE_CHECK-}" \
        EXERCISE_SHOW="${EXERCISE_SHOW-}" EXERCISE_PATIENCE="${EXERCISE_PATIENCE-1}" \
        bats --formatter tap "$@" </dev/null 2>&1
}

# exercise_check_number BATS TEST: it is the first, second … of its file; nothing if it is
# none of it.
exercise_check_number() {
    grep '^@test ' "$1" | grep -nxF -e "@test \"$2\" {" | cut -d : -f 1
}

# exercise_tests BATS: the names of its checks.
exercise_tests() {
    sed -n 's/^@test "\(.*\)" {$/\1/p' "$1"
}

# exercise_check 01-3: brings its result up to date: N.tap, what bats says; or
# empty, if it is missing or does not compile. It must have been built.
exercise_check() {
    local path result=$practice/$1.tap binary

    path=$(exercise_path "$1")
    binary=$BUILD/$path
    if [[ ! -e $path.c || ! -x $binary ]]; then
        : >"$result"
    elif ! exercise_is_checked "$1"; then
        exercise_checks "$path.bats" "$binary" >"$result.new" || true
        mv "$result.new" "$result"
    fi
}

# exercise_is_checked 01-3: true if its result is of its file and checks as they are.
exercise_is_checked() {
    local path file result=$practice/$1.tap

    path=$(exercise_path "$1")
    [[ -s $result && -e $path.c ]] || return 1
    for file in "$path".{c,bats} "$BUILD/$path" scripts/checking/*.{bash,py} scripts/lib/peer.py; do
        [[ $result -nt $file ]] || return 1
    done
}

# exercise_solved 01-3: true if by its last result all checks hold; one that
# was not run does not.
exercise_solved() {
    local result=$practice/$1.tap

    [[ -s $result && -e $(exercise_path "$1").c ]] && tap_read <"$result" &&
        ((tap_passed > 0 && tap_failed + tap_skipped + tap_lost == 0))
}

# test_to_fail FILE: what an unsolved copy (FILE.bats) or a wrong answer (.patch)
# must fail.
test_to_fail() {
    case $1 in
        *.bats) sed -n 's/^# Unsolved fails: //p' "$1" | head -n 1 ;;
        *.patch) sed -n '1s/^Fails: //p' "$1" ;;
    esac
}

# fails_as_it_should BATS BINARY TEST: says what is wrong, if it does not fail in
# this test in words that a learner is told.
fails_as_it_should() {
    local said

    has_test "$1" "$3" || return
    said=$(exercise_checks "$1" "$2" "$3") || true
    tap_read <<<"$said"
    failed_in_words 1 "$3" "$said"
}

has_test() {
    [[ -n $(exercise_check_number "$1" "$2") ]] && return
    echo "the test it must fail is none of $1: '$2'"
    return 1
}

# failed_in_words N TEST TAP: the Nth result in TAP, which tap_read has read, is as it
# should be. 1 and words, if not.
failed_in_words() {
    if [[ ${tap_result[$1]-} != failed ]]; then
        printf 'it passes: %s\n%s\n' "$2" "$3"
    elif [[ $'\n'${tap_said[$1]} != *$'\n| came '* ]]; then
        printf 'it fails without saying what came: %s\n%s\n' "$2" "$3"
    else
        return 0
    fi
    return 1
}

# only_check BATS BINARY TEST: writes checks that are this one only, for this program,
# and prints their file's name: bats takes long to start, and runs many such files at once.
only_check() {
    local file=$BUILD/checks/${1%%/*}/${2##*/}/${1##*/}

    mkdir -p "${file%/*}"
    {
        printf 'EXERCISE_BINARY=%q EXERCISE_CHECK=%q\n' "$PWD/$2" \
            "$(exercise_check_number "$1" "$3")"
        only="@test \"$3\" {" root=$(printf %q "$PWD") awk '
            /^@test / { left_out = ($0 != ENVIRON["only"]) }
            !left_out { sub(/^load \.\.\/\.\./, "load " ENVIRON["root"]); print }
            /^}$/ { left_out = 0 }
        ' "$1"
    } >"$file"
    echo "$file"
}

# wrong_answers_fail BATS PATCH…: says which of these wrong answers do not fail in the test
# that they name.
wrong_answers_fail() {
    local bats=$1 patch binary said i files=() patches=()

    shift
    for patch in "$@"; do
        binary=$BUILD/${patch%.patch}
        if [[ ! -x $binary ]]; then
            printf '%s does not apply or compile:\n%s\n' "$patch" "$(<"$binary.said")"
        elif ! said=$(has_test "$bats" "$(test_to_fail "$patch")"); then
            printf '%s: %s\n' "$patch" "$said"
        else
            files+=("$(only_check "$bats" "$binary" "$(test_to_fail "$patch")")")
            patches+=("$patch")
        fi
    done
    ((${#files[@]} > 0)) || return 0
    said=$(exercise_bats "${files[@]}") || true
    tap_read <<<"$said"
    for i in "${!patches[@]}"; do
        failed_in_words $((i + 1)) "$(test_to_fail "${patches[i]}")" "$said" |
            sed "1s|^|${patches[i]}: |"
    done
}

# exercise_holds 01-3: its solution passes, each wrong answer compiles clean and
# fails in the test it names. What does not hold is said. After make variants.
exercise_holds() {
    local path said solution failed=0 wrong=() third i

    path=$(exercise_path "$1")
    solution=${path/exercises/solutions}
    if ! said=$(exercise_checks "$path.bats" "$BUILD/$solution") ||
        { tap_read <<<"$said" && ((tap_skipped > 0)); }; then
        printf '%s.c does not pass:\n%s\n' "$solution" "$said"
        failed=1
    fi
    if (($(grep -c '^@test' "$path.bats") > 5)); then
        echo "$path.bats: more than five tests"
        failed=1
    fi
    mapfile -t wrong < <(compgen -G "${path%/*}/wrong/${path##*/}-*.patch")
    rm -f "$BUILD/$path".wrong*
    # In three parts, side by side, since they mostly wait.
    third=$(((${#wrong[@]} + 2) / 3))
    for ((i = 0; i < ${#wrong[@]}; i += third)); do
        wrong_answers_fail "$path.bats" "${wrong[@]:i:third}" >"$BUILD/$path.wrong$i" &
    done
    wait
    said=$(cat "$BUILD/$path".wrong[0-9]* 2>/dev/null)
    [[ -z $said ]] || { echo "$said" && failed=1; }
    if ((${#wrong[@]} < 3)); then
        echo "$path: ${#wrong[@]} wrong answers, of three at least"
        failed=1
    fi
    return "$failed"
}

# other_answers_pass 01-3: the other right answers, in exercises/right/, pass all checks.
# One that does not is said, with what bats says.
other_answers_pass() {
    local path right said failed=0

    path=$(exercise_path "$1")
    for right in "${path%/*}/right/${path##*/}"-*.patch; do
        [[ -e $right ]] || continue
        if ! said=$(exercise_checks "$path.bats" "$BUILD/${right%.patch}"); then
            printf '%s does not pass:\n%s\n' "$right" "$said"
            failed=1
        fi
    done
    return "$failed"
}

# exercise_unsolved 01-3: true if the copy in exercises/ is as it ships: it
# compiles clean, and fails in the test it names. 1 and words, if not. A local that
# lost_locals.py has found is no dirt: it may be the fault that is to be mended.
exercise_unsolved() {
    local path said warning

    path=$(exercise_path "$1")
    if [[ ! -x $BUILD/$path ]]; then
        echo "it does not compile"
    elif ! said=$(fails_as_it_should "$path.bats" "$BUILD/$path" \
        "$(test_to_fail "$path.bats")"); then
        ! exercise_checks "$path.bats" "$BUILD/$path" >/dev/null || echo "it is solved"
        echo "$said"
    elif warning=$(grep -v 'the AWAIT on line' "$BUILD/$path.said" | grep -m 1 ': warning: '); then
        echo "the compiler warns: $warning"
    else
        return 0
    fi
    return 1
}

# exercises_selected: the ids that EXERCISE=01-2,01-3 or else CHAPTER=01,02 name, or all. An
# unknown one ends the script with 2, if its status is looked at.
exercises_selected() {
    local word found ids=''

    if [[ -n ${EXERCISE-} ]]; then
        for word in ${EXERCISE//,/ }; do
            found=$(exercise_find "$word") || return
            ids+=$found$'\n'
        done
    elif [[ -n ${CHAPTER-} ]]; then
        for word in ${CHAPTER//,/ }; do
            found=$(chapter_find "$word") || return
            ids+=$(exercises "$found")$'\n'
        done
    else
        ids=$(exercises)
    fi
    awk 'NF && !seen[$0]++' <<<"$ids"
}
