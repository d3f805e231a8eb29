#!/usr/bin/env bats
# What a check prints as done, pasted into a shell, brings the same failure again: for
# each of the wrong answers that are kept. DID=1_ticker: only those whose names begin so.

load ../../lib/test_helper
load ../helpers/copy

plain_build_only=yes

# answer PATCH: it stands in the learner's file, and is checked; sets $id, and did, then
# and came of the check that fails. What the program printed is in $copy/show.
answer() {
    local name=${1##*/} path

    name=${name%%-*} path=${1%/wrong/*}
    id=${path%%-*}-${name%%_*}
    patch --silent -o "$copy/$path/$name.c" "$copy/${path/exercises/solutions}/$name.c" "$1"
    rm -f "$copy/show"
    EXERCISE_SHOW=$copy/show in_copy practice "$id" >"$copy/said" 2>&1
    did=$(part did)
    came=$(part came)
}

# part LABEL: what the first check that failed said there.
part() {
    sed -n '/^# | /s/^# | //p' "$copy/build/practice/$id.tap" | awk -v label="$1" '
        /^did / && ++checks > 1 { exit }
        { on = substr($0, 1, 1) == " " ? on : $1 == label }
        on { print substr($0, 11) }'
}

# numbers: without what may be another number the next time, ports and milliseconds,
# and without the space that lines are broken at.
numbers() {
    tr -d '[:space:]' | sed -E 's/[0-9]+/N/g'
}

# paste: as a learner does. Sets $output $stderr $status.
paste_it() {
    run --separate-stderr timeout 20 env -u MAKEFLAGS -u MAKELEVEL -u BUILD -u SEED \
        -C "$copy" bash -c "$did" </dev/null
}

# same_again TRY: it prints the same again; or it fails in the same way. What two
# threads or servers race for may come in another order: then, in the last try, it is
# enough that the same was expected.
same_again() {
    local limit lines

    paste_it
    if [[ $did == *" CHECK="* ]]; then
        lines=$(numbers <<<"$output")
        if [[ $lines != *"$(numbers <<<"$came")"* ]]; then
            (($1 == 3)) && [[ $lines == *expected"$(numbers <<<"$(part expected)")"* ]]
        fi
        return
    fi
    case $came in
        "it never ended"*) ((status == 124)) ;;
        "it prints without end"*) ((status == 124 || ${#output} > 1000000)) ;;
        "it crashed: killed by "*)
            limit=${came#it crashed: killed by } && [[ $stderr == *"${limit%% *}"* ]]
            ;;
        "it crashed: "* | "it takes memory"*) [[ $stderr == *"ERROR: AddressSanitizer"* ||
            $stderr == *"runtime error: "* || $stderr == *"hard rss limit"* ]] ;;
        "it leaks: "*descriptor*) [[ $stderr == *"${came%%$'\n'*}"* ]] ;;
        "it leaks: "*) [[ $stderr == *LeakSanitizer* ]] ;;
        "exit "*) [[ ${came%%:*} == "exit 0" || $stderr == *"${came%%:*}"* ]] ;;
        *) printed_so ;;
    esac
}

# printed_so: in the check, the program printed what it prints now.
printed_so() {
    local shown printed

    shown=$(numbers <"$copy/show")
    printed=stdout$(head -n 150 <<<"$output" | numbers)
    [[ $output == "" || $shown == *"$printed"* ]]
}

# all_again CHAPTER
all_again() {
    local patch try again wrong=()

    copy=$BATS_TEST_TMPDIR/book
    mkdir "$copy"
    cp -r Makefile scripts [0-9][0-9]-* "$copy"
    for patch in "$1"/exercises/wrong/"${DID-}"*.patch; do
        [[ -e $patch ]] || continue
        again=''
        for try in 1 2 3; do
            answer "$patch"
            if [[ -n $did ]] && same_again "$try"; then
                again=yes
                break
            fi
        done
        [[ -n $again ]] || wrong+=("$patch: $did: came: $came; it printed: $output $stderr")
        ((try == 1)) || echo "# $patch: at try $try" >&3
    done
    ((${#wrong[@]} == 0)) || fail "$(printf '%s\n' "${wrong[@]}")"
}

@test "did: pasted, it brings the failure again: the wrong answers of 01" {
    all_again 01-loop
}

@test "did: pasted, it brings the failure again: the wrong answers of 02" {
    all_again 02-sockets
}

@test "did: pasted, it brings the failure again: the wrong answers of 03" {
    all_again 03-tasks
}

@test "did: pasted, it brings the failure again: the wrong answers of 04" {
    all_again 04-pool
}

@test "did: pasted, it brings the failure again: the wrong answers of 05" {
    all_again 05-pitfalls
}
