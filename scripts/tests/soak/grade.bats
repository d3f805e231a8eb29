#!/usr/bin/env bats
# Eighty students in one call: right answers, the known wrong ones, hostile ones;
# the workbook's own answers; and the suite of a handout. Not part of make test.

load ../../lib/test_helper
load ../helpers/class
load ../helpers/same

plain_build_only=yes

# student NAME: one whose answers are all right.
student() {
    mkdir -p "$class/$1/01-loop/exercises"
    cp "$root"/01-loop/solutions/*.c "$class/$1/01-loop/exercises"
}

@test "grade: eighty students, each with the marks that are due" {
    local patches=(01-loop/exercises/wrong/*.patch) kinds=(vandal glutton storm flood)

    ((${#patches[@]} > 1)) || skip "the wrong answers are not here"
    book=$root class=$BATS_TEST_TMPDIR/class
    for i in {01..80}; do
        if ((10#$i <= 30)); then
            student "right-$i"
        elif ((10#$i <= 60)); then
            patch=${patches[10#$i % ${#patches[@]}]}
            name=$(basename "$patch" .patch)
            student "wrong-$i-$name"
            patch -s -d "$class/wrong-$i-$name/01-loop/exercises" "${name%%-*}.c" <"$patch"
        else
            kind=${kinds[10#$i % 4]}
            student "hostile-$i-$kind"
            hostile "$kind"
            first=$(basename "$class/hostile-$i-$kind"/01-loop/exercises/1_*.c)
            mv "$class/$kind/01-loop/exercises/1_greet.c" \
                "$class/hostile-$i-$kind/01-loop/exercises/$first"
            rm -r "${class:?}/$kind"
        fi
    done
    BUILD=build/eighty_students # in the workbook, as grade wants it
    run env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -s grade CHAPTER=01 \
        BUILD="$BUILD" SUBMISSION="$class"
    echo "$output" >&3
    assert_success
    all=$(find 01-loop/solutions -name '*.c' | wc -l)
    assert_equal "$(grep -cE "^right-.* $all/$all +$all/$all$" <<<"$output")" 30
    assert_equal "$(grep -cE "^wrong-.* $((all - 1))/$all " <<<"$output")" 30
    assert_equal "$(grep -cE "^hostile-.* $((all - 1))/$all +.* 01-1 " <<<"$output")" 20
    while read -r name why; do
        name=${name#wrong-*-}
        assert_regex "$why" " 01-${name%%_*} "
    done < <(grep ^wrong- <<<"$output")
    awk -F, 'NR > 1 { sum += $NF; if ($NF + 0 > max) max = $NF + 0 }
        END { printf "# %.1f s a student, %.1f at most\n", sum / (NR - 1), max }' \
        "$BUILD/grade/marks.csv" >&3
    rm -r "$BUILD"
}

@test "grade: the workbook's own answers have all their points" {
    class=$BATS_TEST_TMPDIR/class
    for chapter in [0-9][0-9]-*; do
        [[ -d $chapter/solutions ]] || skip "the solutions are not here"
        mkdir -p "$class/$chapter/exercises"
        cp "$chapter"/solutions/*.c "$class/$chapter/exercises"
    done
    BUILD=build/own_answers
    run env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -s grade BUILD="$BUILD" \
        SUBMISSION="$class"
    assert_success
    all=$(find "$class" -name '*.c' | wc -l)
    assert_line "$all of $all"
    rm -r "$BUILD"
}

# In rounds: of each exercise its first wrong answer, then its second one, …
@test "practice and grading say the same of every wrong answer" {
    local round=0 path patches id ids differs=()

    while :; do
        place=$BATS_TEST_TMPDIR/$round ids=''
        mkdir -p "$place/book" "$place/class/w"
        cp -r Makefile scripts [0-9][0-9]-* "$place/book"
        rm "$place"/book/[0-9]*/exercises/0_*
        for path in [0-9][0-9]-*/exercises/[1-9]_*.bats; do
            path=${path%.bats}
            patches=("${path%/*}/wrong/${path##*/}"-*.patch)
            [[ -e ${patches[round]-} ]] || continue
            patch -s -o "$place/book/$path.c" "${path/exercises/solutions}.c" "${patches[round]}"
            mkdir -p "$place/class/w/${path%/*}"
            cp "$place/book/$path.c" "$place/class/w/${path%/*}"
            id=${path%%-*}-${path##*/}
            ids+=,${id%%_*}
        done
        [[ -n $ids ]] || break
        quiet_make -s -C "$place/book" practice SEED=7 >/dev/null 2>&1
        quiet_make -s -C "$place/book" grade SEED=7 EXERCISE="${ids:1}" SUBMISSION="$place/class/w"
        for id in ${ids//,/ }; do
            same "$place/book/build/"{practice,grade/students/w}/"$id.tap" ||
                differs+=("$id, wrong answer $((round + 1))")
        done
        rm -r "$place"
        round=$((round + 1))
    done
    ((round > 0)) || skip "the wrong answers are not here"
    ((${#differs[@]} == 0)) || fail "${differs[*]/%/;}"
}

@test "handout: its own suite is green" {
    run env -u MAKEFLAGS -u MAKELEVEL -u SOAK make --no-print-directory -s handout \
        BUILD="$BATS_TEST_TMPDIR/build"
    assert_success
    cd "$BATS_TEST_TMPDIR/build/handout/event-loop-workbook"
    run env -u MAKEFLAGS -u MAKELEVEL -u SOAK -u BUILD make --no-print-directory -s test
    assert_line --regexp "^[0-9]+ passed, 0 failed"
}
