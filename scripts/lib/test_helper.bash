# For every .bats of the workbook:  load ../../scripts/lib/test_helper
#
# A test asks what a user sees: stdout, stderr, exit status, what a peer gets,
# descriptors. Every program it starts has a time limit and is gone afterwards.
# Under make test VALGRIND=1 the programs run in valgrind; a finding of valgrind
# or of a sanitizer fails the test, whatever else it asserts.
#
#   run_program [-t SECONDS] NAME [ARGUMENT…]   sets $status $output $stderr
#   within=COMMAND run_program …                inside scripts/with-mariadb, say
#   command_for NAME            the same as a word list, for pipelines; it fails if
#                               the program is not built
#   start_server NAME [ARGUMENT…]               sets $port $server_pid
#   start_twin NAME [ARGUMENT…] the same with its asyncio twin, NAME.py
#   stop_server [SIGNAL]        waits for its end, sets $status
#   said, complained            what the server wrote to stdout, to stderr
#   wait_until SECONDS COMMAND… until it succeeds
#   descriptors PID             how many it has open
#   same_as_twin NAME [ARGUMENT…]   runs NAME.py, too, and compares stdout
#   prove NAME, prove_python NAME   runs proofs/NAME and expects exit 0
#   python_is_at_least 3.12     for what asyncio does since that version
#   drive NAME [ARGUMENT…]      the same with tests/drivers/NAME
#   assert_usage_error WORDS NAME [ARGUMENT…]   one line on stderr, exit 2
#   expect_findings             this test's program is at fault on purpose
#   needs_tools COMMAND…        skips the test where one of them is missing
#   plain_build_only=yes        in a file that runs none of the C programs
# shellcheck shell=bash

bats_require_minimum_version 1.5.0
# Not through their load.bash, which takes two processes for each file, and that
# for each of hundreds of tests.
for library in "${BATS_LIB_PATH%%:*}"/bats-{support,assert}; do
    [[ -d $library/src ]] || bats_load_library "${library##*/}"
    for file in "$library"/src/*.bash; do
        # shellcheck disable=SC1090 # one of theirs
        [[ ! -e $file ]] || source "$file"
    done
done

# shellcheck source=scripts/lib/trace.bash
source "${BASH_SOURCE[0]%/*}/trace.bash"
# shellcheck source=scripts/lib/workbook.bash
source "${BASH_SOURCE[0]%/*}/workbook.bash"
root=$PWD
cd "$OLDPWD" || exit # where bats looks for the file
chapter=${BATS_TEST_DIRNAME#"$root"/}
chapter=${chapter%%/*}
build=${BUILD:-build}
[[ $build == /* ]] || build=$root/$build
python=/usr/bin/python3
# What a test runs on a terminal may use colours, wherever the test runs.
export TERM=xterm
# What twins, proofs and peers use is not deprecated in the Python at hand.
export PYTHONWARNINGS=error::DeprecationWarning:__main__

# What a second is multiplied with where programs run slowly.
slow=1
[[ -z ${SANITIZE-} ]] || slow=3
[[ -z ${VALGRIND-} ]] || slow=8

setup() {
    trace_tests_only
    [[ -z ${plain_build_only-} || -z ${SANITIZE-}${VALGRIND-} ]] ||
        skip "the same for every build"
    cd "$root" || return
    server='' server_pid='' findings_expected=''
}

teardown() {
    local pid

    for pid in $server_pid $server; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    [[ -z $server ]] || wait "$server" 2>/dev/null || true
    check_valgrind
}

expect_findings() {
    findings_expected=yes
    export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
}

command_for() {
    local limit=10 tool='' path

    if [[ $1 == -t ]]; then
        limit=$2
        shift 2
    fi
    path=$build/$chapter/$1
    [[ -x $path ]] ||
        fail "not built: ${path#"$root"/}: make programs${SANITIZE:+ SANITIZE=$SANITIZE}" ||
        return
    # A word list: in the root, where tests are, its path has no space.
    [[ $PWD != "$root" ]] || path=${path#"$root"/}
    if [[ -n ${VALGRIND-} ]]; then
        tool="valgrind -q --leak-check=full --show-leak-kinds=all
            --errors-for-leak-kinds=all --error-exitcode=99 --track-fds=yes
            --log-file=$BATS_TEST_TMPDIR/valgrind.%p"
    fi
    # shellcheck disable=SC2086 # a word list
    echo timeout --foreground -s KILL $((limit * slow)) $tool "$path"
}

run_program() {
    local limit=10 name command

    if [[ $1 == -t ]]; then
        limit=$2
        shift 2
    fi
    name=$1
    shift
    command=$(command_for -t "$limit" "$name") || return
    # shellcheck disable=SC2086 # word lists
    run --separate-stderr ${within-} $command "$@"
    if ((status == 137)); then
        fail "$name $*: it never ended: stopped after $((limit * slow)) s"
    fi
    show "${build#"$root"/}/$chapter/$name$(quoted "$@")"
    check_status "$name $*"
}

prove() {
    run_program "proofs/$1" "${@:2}"
    assert_success
}

drive() {
    run_program "tests/drivers/$1" "${@:2}"
    assert_success
}

prove_python() {
    needs_python
    # shellcheck disable=SC2086
    run --separate-stderr ${within-} timeout -s KILL 30 "$python" "$root/$chapter/proofs/$1.py"
    show "python3 $chapter/proofs/$1.py"
    assert_success
}

# quoted ARGUMENT…: each after a space, as a shell is told it.
quoted() {
    local argument

    for argument in "$@"; do
        [[ $argument =~ ^[[:alnum:]_./:=@%+,-]+$ ]] || argument=${argument@Q}
        printf ' %s' "$argument"
    done
}

# For make prove: what was run, and what it said.
show() {
    [[ -n ${PROVE_TRANSCRIPT-} ]] || return 0
    {
        echo "$1"
        [[ -z $output ]] || echo "$output"
        [[ -z ${stderr-} ]] || echo "$stderr"
    } | sed -e '1s/^/$ /' -e 's/^/  /' >>"$PROVE_TRANSCRIPT"
}

# 99 is what valgrind and the sanitizers end a program with.
check_status() {
    if ((status == 99)) && [[ -z $findings_expected ]]; then
        fail "$1: a finding: ${stderr-} $(cat "$BATS_TEST_TMPDIR"/valgrind.* 2>/dev/null)"
    elif ((status > 128)); then
        fail "$1: it crashed: signal $((status - 128)): ${stderr-}"
    fi
}

# Valgrind's logs: descriptors it does not say to be inherited are left open.
check_valgrind() {
    local log

    [[ -n ${VALGRIND-} && -z $findings_expected ]] || return 0
    for log in "$BATS_TEST_TMPDIR"/valgrind.*; do
        [[ -s $log ]] || continue
        if awk '/Open (file descriptor|AF_[A-Z0-9]* socket)/ { open = $0; getline
                if (!/inherited/) { print open; found = 1 } }
                / bytes in .* loss record|Invalid |uninitialised/ { print; found = 1 }
                END { exit !found }' "$log"; then
            cat "$log"
            fail "valgrind: left open or lost, see above"
        fi
    done
}

start_server() {
    local command

    command=$(command_for -t 60 "$1") || return
    # shellcheck disable=SC2086
    start_listening "$1" ${within-} $command "${@:2}"
}

start_twin() {
    needs_python
    start_listening "$1.py" timeout --foreground -s KILL $((60 * slow)) "$python" -u \
        "$root/$chapter/$1.py" "${@:2}"
}

# start_listening NAME COMMAND…
start_listening() {
    local name=$1

    shift
    said_in=$BATS_TEST_TMPDIR/$name.out
    complained_in=$BATS_TEST_TMPDIR/$name.err
    : >"$complained_in"
    "$@" >"$said_in" 2>"$complained_in" 3>&- &
    server=$!
    wait_until 30 grep -q 'listening on' "$complained_in" ||
        fail "$name $*: it does not listen: $(complained)"
    port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$complained_in")
    server_pid=$(cat "/proc/$server/task/$server/children")
    server_pid=${server_pid% }
}

stop_server() {
    kill -"${1:-TERM}" "$server_pid"
    status=0
    wait "$server" || status=$?
    server='' server_pid=''
    stderr=$(complained)
    check_status "the server"
}

said() {
    cat "$said_in"
}

complained() {
    cat "$complained_in"
}

wait_until() {
    local end=$((SECONDS + $1 * slow))

    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.05
    done
}

descriptors() {
    local all=(/proc/"$1"/fd/*)

    echo ${#all[@]}
}

# needs_python MODULE…: the twin's, or the test is skipped for all to see.
needs_python() {
    [[ -x $python ]] || skip "no $python to run the asyncio twin"
    [[ ! -e $BATS_RUN_TMPDIR/has_${1:-asyncio} ]] || return 0 # asked already
    "$python" -c "import ${1:-asyncio}" 2>/dev/null || skip "$python has no ${1:-asyncio}"
    touch "$BATS_RUN_TMPDIR/has_${1:-asyncio}"
}

# python_is_at_least 3.12: for what asyncio does since that version.
python_is_at_least() {
    "$python" -c 'import sys
sys.exit(sys.version_info < tuple(map(int, sys.argv[1].split("."))))' "$1"
}

# needs_tools COMMAND…: what scripts/setup --dev installs, or the test is skipped.
needs_tools() {
    local tool

    for tool in "$@"; do
        command -v "$tool" >/dev/null || skip "$tool is not here: scripts/setup --dev"
    done
}

same_as_twin() {
    local ours

    needs_python
    run_program "$@"
    assert_success
    ours=$output
    # shellcheck disable=SC2086
    run --separate-stderr ${within-} timeout -s KILL 20 "$python" "$root/$chapter/$1.py" "${@:2}"
    show "python3 $chapter/$1.py${2:+ ${*:2}}"
    assert_success
    assert_equal "$ours" "$output"
}

assert_usage_error() {
    local words=$1

    shift
    run_program "$@"
    assert_failure 2
    assert_output ""
    assert_equal "$(wc -l <<<"$stderr")" 1
    [[ $stderr == *"$words"* ]] || fail "expected '$words' on stderr, came: $stderr"
}
