# shellcheck shell=bash
# Two machines, for tests of make grade HOSTS=file: an sshd each, in a network, process
# and mount namespace of its own, with a /tmp of its own and without this checkout. As root.
#
#   start_hosts DIRECTORY   $hosts is the file; they are 1/host-a and 1/host-b. Exports
#                           PARALLEL_SSH, so that ssh knows them
#   host a COMMAND…         runs it there
#   kill_host b             as if it lost its power: it says nothing more
#   stop_hosts              ends them and removes what start_hosts made

start_hosts() {
    local name number

    hosts_at=$1 hosts=$1/hosts
    net=wb$((BASHPID % 100000))
    mkdir -p "$1"
    ssh-keygen -q -t ed25519 -N '' -f "$1/key"
    mkdir -p /run/sshd
    number=0
    for name in a b; do
        number=$((number + 1))
        mkdir -p "$1/$name/tmp/ssh"
        chmod 1777 "$1/$name/tmp"
        ssh-keygen -q -t ed25519 -N '' -f "$1/$name/tmp/ssh/key"
        cp "$1/key.pub" "$1/$name/tmp/ssh/authorized"
        ip netns add "$net$name"
        ip link add "$net$name" type veth peer name eth0 netns "$net$name"
        ip addr add "198.18.$number.1/24" dev "$net$name"
        ip link set "$net$name" up
        ip -n "$net$name" addr add "198.18.$number.2/24" dev eth0
        ip -n "$net$name" link set eth0 up
        ip -n "$net$name" link set lo up
        start_host "$name"
        printf 'Host host-%s\nHostName 198.18.%d.2\n' "$name" "$number" >>"$1/config"
        echo "1/host-$name" >>"$hosts"
    done
    printf '%s\n' "Host *" "IdentityFile $1/key" "IdentitiesOnly yes" \
        "UserKnownHostsFile $1/known" "StrictHostKeyChecking no" "LogLevel ERROR" >>"$1/config"
    export PARALLEL_SSH="ssh -F $1/config"
    for name in a b; do
        for _ in {1..50}; do
            ! $PARALLEL_SSH -o ConnectTimeout=2 "host-$name" true 2>/dev/null || continue 2
            sleep 0.1
        done
        cat "$1/$name/said"
        return 1
    done
}

# start_host NAME
start_host() {
    # shellcheck disable=SC2016 # the inner shell's
    ip netns exec "$net$1" timeout -s KILL 1800 unshare --mount --pid --fork --kill-child \
        --mount-proc bash -c '
            mount --bind "$1" /tmp && { [[ ! -d $2 ]] || mount -t tmpfs tmpfs "$2"; } &&
                exec /usr/sbin/sshd -D -e -f /dev/null -h /tmp/ssh/key -o PidFile=none \
                    -o AuthorizedKeysFile=/tmp/ssh/authorized -o StrictModes=no \
                    -o PasswordAuthentication=no' - "$hosts_at/$1/tmp" "$root" \
        >/dev/null 2>"$hosts_at/$1/said" </dev/null 3>&- &
    echo $! >"$hosts_at/$1/pid"
    disown
}

host() {
    $PARALLEL_SSH "host-$1" "${@:2}"
}

kill_host() {
    ip -n "$net$1" link set eth0 down
    end_host "$1"
}

# end_host NAME: all processes in its namespace.
end_host() {
    local pid

    pid=$(cat "$hosts_at/$1/pid" 2>/dev/null) || return 0
    pkill -KILL -P "$pid" || true # unshare, with which all below it dies
    rm -f "$hosts_at/$1/pid"
}

stop_hosts() {
    local name

    [[ -n ${hosts_at-} ]] || return 0
    for name in a b; do
        end_host "$name"
        ip link del "$net$name" 2>/dev/null || true
        ip netns del "$net$name" 2>/dev/null || true
    done
}
