# shellcheck shell=bash
# For check/allocations.bats and soak/allocations.bats: a program under memory failure.
#
# A new program joins by itself, by ways_to_run: every way is played, the scenes
# called broken, too: they are at fault in something else. Where `<file` follows,
# and elsewhere, stdin is a line of text.
#
#   fail_allocations CHAPTER/PROGRAM LIMIT   the Nth fails, N = 1, 2, … ; with
#       many allocations about LIMIT of them, evenly picked, and the last (0: all)
#   suffix=+   all from the Nth on

# A second takes 20 ms in these programs, so that those that sleep can be run
# often: libfaketime (Debian's faketime) makes their clocks run 50 times as fast,
# and their waits as much shorter. The shim stands first: its constructor then runs
# last, and the descriptor that libfaketime keeps open is not the program's.
shim=${BATS_FILE_TMPDIR-}/allocation_failure.so
faketime=(/usr/lib/*/faketime/libfaketimeMT.so.1)
preload=(LD_PRELOAD="$shim:${faketime[0]}" FAKETIME="+0 x50")

setup_file() {
    [[ -e ${faketime[0]} ]] || fail "no libfaketime here: scripts/setup"
    ${CC:-cc} -std=gnu11 -O1 -Wall -Wextra -shared -fPIC -o "$shim" \
        "$root/scripts/tests/drivers/allocation_failure.c"
}

# under N COMMAND…: into $command, to be started so that its Nth allocation fails.
under() {
    rm -f "$report"
    command=(timeout --foreground -s KILL 20 env "${preload[@]}"
        ALLOCATION="$1${suffix-}" ALLOCATION_REPORT="$report" "${@:2}")
}

# A program that ends: sets $status and $complaint.
run_once() {
    local command

    status=0
    under "$@"
    "${command[@]}" >/dev/null 2>"$said" <<<"a line" || status=$?
    complaint=$(<"$said")
}

# A server on any port: if it comes to listen, a client may fail, but not the last
# one: two more come than when the allocations were counted, since a busy machine
# makes some fewer of them for each.
run_server_once() {
    local command line from pid echoed='' listens=''

    complaint=''
    rm -f "$said.fifo"
    mkfifo "$said.fifo"
    under "$@" -p 0
    "${command[@]}" >/dev/null 2>"$said.fifo" </dev/null 3>&- &
    pid=$!
    exec {from}<"$said.fifo"
    while read -r -u "$from" line; do
        complaint+=$line$'\n'
        [[ $line != *"listening on"* ]] || { listens=${line##*:} && break; }
    done
    if [[ -n $listens ]]; then
        for ((i = 0; i < 3 + 2 * ($1 > 0); i++)); do
            echoed=$(timeout 20 "$build/02-sockets/client" 127.0.0.1 "$listens" hello 2>&1) || true
        done
        kill -TERM "$pid" 2>/dev/null || true # timeout passes it on
    fi
    complaint+=$(cat <&"$from")
    exec {from}<&-
    status=0
    wait "$pid" || status=$?
    [[ $1 != 0 ]] || answer=$echoed # to hello, with all the memory it wants
    [[ -z $listens || -n ${suffix-} || -n $echoed && $echoed == "$answer" ]] ||
        fail "it listens, and does not serve: $*: $complaint; the client: $echoed"
}

# look: what the program has allocated, into $count, and what it has left on its way
# out, into $memory and $descriptors.
look() {
    local words

    read -ra words <"$report" # counted N, failed N, not freed N, open: FD…
    count=${words[1]%,} memory=${words[6]%,} descriptors=$((${#words[@]} - 8))
}

# judge N WORDS…: a clear message and exit 1, or carrying on; nothing is left that
# is not left with all memory, either.
judge() {
    local count memory descriptors what="allocation $1${suffix-} of: ${*:2}"

    if ((status != 0)); then
        ((status == 1)) || fail "$what: exit $status: $complaint"
        [[ $complaint == *"${2##*/}: "* ]] || fail "$what: exit 1 without a word: $complaint"
    fi
    [[ -e $report ]] || fail "$what: it did not end by return or exit: $status: $complaint"
    look
    ((memory <= lost_memory && descriptors <= lost_descriptors)) ||
        fail "$what: exit $status, left on the way out: $(<"$report"): $complaint"
}

fail_allocations() {
    local program=$1 limit=$2 run=run_once way words count n step ways=0 answer=''
    local memory descriptors lost_memory lost_descriptors

    report=$BATS_TEST_TMPDIR/report said=$BATS_TEST_TMPDIR/said
    ! is_server "$program" || run=run_server_once
    while read -r way; do
        read -ra words <<<"${way#with-mariadb }"
        words[0]=$build/$program
        words=("${words[@]/#8888/${port-}}")
        words=("${words[@]/#20000/200}") # queries: the others allocate the same
        ways=$((ways + 1))
        "$run" 0 "${words[@]}"
        ((status <= 1)) || fail "${words[*]}: exit $status: $complaint"
        look
        lost_memory=$memory lost_descriptors=$descriptors
        # One scene's subject is what it loses.
        ((memory + descriptors == 0)) || [[ $way == "./leaks broken" ]] ||
            fail "${words[*]}: left with all its memory: $(<"$report")"
        step=$((limit == 0 ? 1 : count / limit + 1))
        for ((n = 1; n <= count; n = n < count && n + step > count ? count : n + step)); do
            "$run" "$n" "${words[@]}"
            judge "$n" "${words[@]}"
        done
        [[ -z ${SOAK-} ]] ||
            echo "# ${way#with-mariadb }: $count allocations failed${suffix:+, and all after}" >&3
    done < <(ways_to_run "$program")
    ((ways > 0)) || fail "$program: no way to run it after Run:"
}

# of_chapter 05: every program of it, with what it needs beside it; $most as LIMIT.
of_chapter() {
    local source

    for source in "$1"-*/*.c; do
        case $(ways_to_run "${source%.c}") in
            with-mariadb*) database ;;
            *8888*) echo_server ;;
        esac
        fail_allocations "${source%.c}" "${most:?}"
    done
}
