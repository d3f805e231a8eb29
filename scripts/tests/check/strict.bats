#!/usr/bin/env bats
# All programs, in surroundings that forgive nothing.
# - Under libevent's debug mode and an eye on their descriptors each does what it does
#   without, and what it executes would inherit nothing. See drivers/strict.c.
# - Where stdout is a full disk, each that prints ends with an error.

plain_build_only=yes
load ../../lib/test_helper
load ../helpers/ways

shim=${BATS_FILE_TMPDIR-}/strict.so

setup_file() {
    ${CC:-cc} -std=gnu11 -O1 -Wall -Wextra -shared -fPIC -o "$shim" \
        "$root/scripts/tests/drivers/strict.c"
}

# A program that ends: in $out is what it prints and returns, measured times left out.
run_it() {
    local status=0

    timeout --foreground -s KILL 30 "$@" 2>"$out.err" >"$out.raw" <<<"a line" || status=$?
    case ${command[0]} in
        */many | */load | */pool_load | */task_load) sed -E 's/[0-9.]+/N/g; s/ +/ /g' "$out.raw" ;;
        *) cat "$out.raw" ;;
    esac >"$out"
    echo "exit $status" >>"$out"
}

# A server on any port, which echoes a number, or answers with its largest factor: it
# is asked for a prime.
run_server() {
    local pid port='' status=0

    timeout --foreground -s KILL 30 "$@" -p 0 2>"$out.err" >"$out.raw" </dev/null 3>&- &
    pid=$!
    listens() {
        port=$(sed -n 's/.*listening on .*://p' "$out.err") && [[ -n $port ]]
    }
    wait_until 30 listens || true
    for _ in 1 2; do
        timeout 10 nc -N 127.0.0.1 "$port" <<<97 || true
    done >"$out"
    kill -TERM "$pid" || true # timeout passes it on
    wait "$pid" || status=$?
    echo "exit $status" >>"$out"
}

# full_disk COMMAND…: unbuffered, the print fails, and not the last fflush.
full_disk() {
    local buffer status said

    for buffer in "" "stdbuf -o0"; do
        status=0
        # shellcheck disable=SC2086 # words
        said=$(timeout -s KILL 30 $buffer "$@" 2>&1 >/dev/full <<<"a line") || status=$?
        ((status == 1)) || echo "${buffer:+$buffer }$*: exit $status on a full disk: $said"
    done
}

# strict CHAPTER/PROGRAM COMMAND…: runs it with the shim and without, compares.
strict() {
    local command=("${@:2}") run=run_it dir out said strictly

    ! is_server "$1" || run=run_server
    dir=$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX")
    strictly=(env LD_PRELOAD="$shim" STRICT_REPORT="$dir/report")
    if [[ $run == run_server ]]; then
        printf '97\n97\nexit 0\n' >"$dir/plain"
    else
        out=$dir/plain run_it "${command[@]}" &
    fi
    out=$dir/strict $run "${strictly[@]}" "${command[@]}"
    wait
    said=$(diff "$dir/plain" "$dir/strict") ||
        echo "${command[*]}: not the same (<) in debug mode (>): $said $(<"$dir/strict.err")"
    [[ ! -e $dir/report ]] || sort -u "$dir/report"
    [[ ! -s $dir/plain.raw ]] || full_disk "${command[@]}"
}

# of_chapter 05: all ways to run its programs, at once.
of_chapter() {
    local source way words pids=() ways=0 found=$BATS_TEST_TMPDIR/found

    while IFS='|' read -r source way; do
        case $way in
            with-mariadb*) database ;;
            *8888*) echo_server ;;
        esac
        read -ra words <<<"${way#with-mariadb }"
        words=("${words[@]/%5/0.3}")     # seconds
        words=("${words[@]/#20000/200}") # queries
        words=("${words[@]/#8888/${port-}}")
        words[0]=$build/$source
        strict "$source" "${words[@]}" >"$found.$ways" 3>&- &
        pids+=($!)
        ways=$((ways + 1))
    done < <(for source in "$1"-*/*.c; do
        ways_to_run "${source%.c}" | sed "s,^,${source%.c}|,"
    done)
    ((ways > 0)) || fail "no programs in $1"
    wait "${pids[@]}"
    run cat "$found".*
    assert_output ""
}

@test "strict: no chapter is left out" {
    no_chapter_is_left_out
}

@test "strict: the programs of 01" {
    of_chapter 01
}

@test "strict: the programs of 02" {
    of_chapter 02
}

@test "strict: the programs of 03" {
    of_chapter 03
}

@test "strict: the programs of 04" {
    of_chapter 04
}

@test "strict: the programs of 05" {
    of_chapter 05
}
