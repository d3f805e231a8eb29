# shellcheck shell=bash
# What practice and try share: they build and check exercises and show the results.
# To be sourced after exercises.bash, shipped.bash and terminal.bash.

# exercise_build ID…: builds them, as far as they compile.
exercise_build() {
    local id path targets=() said=$practice/make.said

    for id in "$@"; do
        path=$(exercise_path "$id")
        [[ ! -e $path.c ]] || targets+=("$BUILD/$path")
    done
    mkdir -p "$practice"
    if ! env -u CHAPTER -u EXERCISE "${MAKE:-make}" --no-print-directory -s -j "$(nproc)" \
        SANITIZE= "${targets[@]}" "$BUILD/compile_commands.json" 2>"$said" </dev/null |
        sed -un '/^cc .*\/exercises\/[0-9]/p' | counted building "$@"; then
        cat "$said" >&2
        return 1
    fi
}

# draw_seed: sets SEED, one for all checks of this run, and $given_seed if it is given.
draw_seed() {
    given_seed=${SEED-}
    SEED=${SEED:-$((RANDOM % 9999 + 1))}
    if ! [[ $SEED =~ ^[0-9]{1,9}$ ]]; then
        echo "SEED=$SEED: it is a number, as the checks print it" >&2
        exit 2
    fi
}

# forget ID: its result, unless it is solved, and no seed asks for another one.
forget() {
    if [[ -n $1 ]] && { [[ -n $given_seed ]] || ! exercise_solved "$1"; }; then
        rm -f "$practice/$1.tap"
    fi
}

# exercise_check_all ID…: builds them and checks them side by side.
exercise_check_all() {
    (($# > 0)) || return 0
    exercise_build "$@" || return
    export BUILD SEED
    printf '%s\n' "$@" |
        env -u MAKEFLAGS xargs -P "$(nproc)" -I {} bash -c 'source scripts/lib/exercises.bash
            exercise_check {}; echo {}' |
        counted checking "$@"
}

# counted DOING ID…: reads a line for each that is done; where that takes more than a
# second, says how far it is.
counted() {
    local doing=$1 count=0 said='' status words start=${EPOCHREALTIME/[.,]/}

    shift
    while
        status=0
        read -rt 0.5 || status=$?
        ((status == 0 || status > 128))
    do
        ((status > 0)) || count=$((count + 1))
        words="$doing $((count < $# ? count + 1 : $#)) of $# …"
        (($# > 1)) || words="$doing $1 …"
        if ((${EPOCHREALTIME/[.,]/} - start > 1000000)) && [[ $words != "$said" ]]; then
            progress "$words"
            said=$words
        fi
    done
    [[ -z $said ]] || ! is_terminal 2 || printf '\r\e[K' >&2
}

# compiler_said FILE: the beginning of it, for one mistake may be told many times. A line
# of source that is too wide is cut, so that what is marked stays above its mark.
compiler_said() {
    local lines

    lines=$(wc -l <"$1")
    head -n 30 "$1" | sed -E "/^ *[0-9]* \\|/s/^(.{$((columns - 1))})..+/\\1…/" | wrap 4
    ((lines <= 30)) || printf '… and %d lines more, in %s\n' $((lines - 30)) "$1"
}

# warnings ID: what the compiler said of an exercise that it has built.
warnings() {
    local said

    said=$BUILD/$(exercise_path "$1").said
    [[ -s $said ]] || return 0
    printf '  the compiler warns:\n\n'
    compiler_said "$said"
    echo
}

# fault ID: says why it cannot be run; returns 1 if it can.
fault() {
    local path

    path=$(exercise_path "$1")
    if [[ ! -e $path.c ]]; then
        printf '  %s✗%s the file is missing: %s.c\n      make reset EXERCISE=%s   puts it back\n' \
            "$red" "$plain" "$path" "$1"
    elif [[ ! -x $BUILD/$path ]]; then
        printf '  %s✗%s it does not compile:\n\n' "$red" "$plain"
        compiler_said "$BUILD/$path.said"
    else
        return 1
    fi
}

# told LINES: the lines of a check that begin with "| ", which say what was done,
# expected and came; where it has none, all that it said.
told() {
    local all lines=() line

    [[ -n $1 ]] || return 0
    mapfile -t all <<<"${1%$'\n'}"
    for line in "${all[@]}"; do
        [[ $line != "| "* ]] || lines+=("${line#| }")
    done
    ((${#lines[@]} > 0)) || lines=("${all[@]}")
    for line in "${lines[@]}"; do
        case $line in
            "did "*) wrap -c 10 ;;
            " "*) wrap 0 ;; # it has no label, and is in the column of the texts
            *) wrap 10 ;;
        esac <<<"      $line"
    done
}

# results TAP: each check; of the first one that fails, what was done, expected and came.
results() {
    local i name failed=0

    tap_read <"$1"
    told "${tap_said[0]}"
    for i in "${!tap_result[@]}"; do
        name=${tap_name[i]}
        case ${tap_result[i]} in
            ok) printf '  %s %s\n' "$green✓$plain" "$name" ;;
            failed) printf '  %s %s\n' "$red✗$plain" "$name" ;;
            skipped) printf '  – %-50s (not reached)\n' "$name" ;;
        esac | wrap 2
        [[ ${tap_result[i]} == failed ]] || continue
        ((failed++ > 0)) || told "${tap_said[i]}"
    done
}
