# shellcheck shell=bash
# The servers that are measured, and how to start one; sourced by run and calls
# from the workbook's root.

build=${BUILD:-build}
out=${BENCH_OUT:-$build/bench}
python=/usr/bin/python3
bench=02-sockets/bench
all_servers="epoll_server again raw_server server echo libuv uvloop protocol streams"

# command_of NAME: its words. again is epoll_server a second time: the noise; echo is of
# chapter 03: server -k with a task for each connection.
command_of() {
    case $1 in
        epoll_server | again) echo "$build/02-sockets/epoll_server -p 0" ;;
        raw_server) echo "$build/02-sockets/raw_server -p 0" ;;
        server) echo "$build/02-sockets/server -k -p 0" ;;
        echo) echo "$build/03-tasks/echo -p 0" ;;
        libuv) echo "$out/libuv_echo -p 0" ;;
        protocol) echo "$python 02-sockets/raw_server.py -p 0" ;;
        uvloop) echo "$python 02-sockets/raw_server.py --uvloop -p 0" ;;
        streams) echo "$python $bench/peers/streams_echo.py -p 0" ;;
        *) return 1 ;;
    esac
}

# lacks NAME: prints what it needs and this machine has not; fails if nothing.
lacks() {
    local words

    if ! read -ra words < <(command_of "$1"); then
        echo "no such server: there are: $all_servers"
    elif [[ $1 == libuv ]] && ! pkg-config --exists libuv; then
        echo "libuv1-dev: scripts/setup --dev"
    elif [[ $1 == uvloop ]] && ! "$python" -c 'import uvloop' 2>/dev/null; then
        echo "python3-uvloop: scripts/setup --dev"
    elif [[ $1 != libuv && ! -x ${words[0]} ]]; then
        echo "${words[0]}"
    elif [[ ${words[1]} == *.py && ! -e ${words[1]} ]]; then
        echo "${words[1]}"
    else
        return 1
    fi
}

# start NAME [TOOL…]: starts it, within TOOL; sets $pid (of the outermost) and
# $port. All of them are gone when the script is.
started=()
start() {
    local name=$1 said=$out/$1.err i

    shift
    : >"$said"
    # shellcheck disable=SC2046 # a word list
    "$@" $(command_of "$name") 2>"$said" >/dev/null &
    pid=$!
    started+=("$pid")
    for ((i = 0; i < 200; i++)); do
        port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$said")
        [[ -z $port ]] || return 0
        sleep 0.05
    done
    echo "bench: $name does not listen: $(cat "$said")" >&2
    return 1
}

# stop PID: and its children, since strace passes no signal on; waits for its end.
stop() {
    local children=''

    read -r children 2>/dev/null <"/proc/$1/task/$1/children" || true
    # shellcheck disable=SC2086 # a list
    kill ${children:-"$1"} 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

stop_all() {
    local each

    for each in "${started[@]}"; do
        stop "$each"
    done
    started=()
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
