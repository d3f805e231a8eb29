# shellcheck shell=bash
# What make grade locks other people's programs into, to be sourced from the
# workbook's root: bubblewrap, with nothing of this machine but /usr, read-only.
#
#   sandbox_works           true if it can be had here; says why not, if not
#   sandbox SECONDS OPTION… COMMAND…
#                           runs COMMAND in it, so long at most; the options
#                           are bwrap's. First: sandbox_system DIRECTORY; last
#                           of the options: --remount-ro /
#
# Inside: a network with nothing but its own loopback, process numbers of its
# own, /tmp in memory, no environment but a PATH, no privilege, no home. Root
# becomes somebody without a name first, one for each of the jobs at work
# (SANDBOX_SLOT), so that what the kernel counts by user is counted for each.

# Each job has a processor of its own (SANDBOX_PROCESSORS, from bounds.bash), so that
# an answer that keeps it busy takes none from the other jobs; the filter (filter.c)
# refuses it another one. SANDBOX_ALONE=1: all processors, for a job that runs alone.

# Who runs it. Root becomes somebody, of the 64 that are this grading's.
nobody() {
    local user=$((${SANDBOX_USERS:-60600} + ${SANDBOX_SLOT:-0} % 64))

    nobody=()
    ((EUID != 0)) || nobody=(setpriv --reuid "$user" --regid "$user" --clear-groups)
}

# Where it runs.
place() {
    local processors

    read -ra processors <<<"${SANDBOX_PROCESSORS-}"
    place=()
    if ((${#processors[@]} > 1)) && [[ -z ${SANDBOX_ALONE-} ]]; then
        place=(taskset -c "${processors[${SANDBOX_SLOT:-0} % ${#processors[@]}]}")
    fi
}

# The system as the sandbox shows it. $1: a directory with an etc/ of its own.
sandbox_system() {
    local directory

    system=(--ro-bind /usr /usr --proc /proc --dev /dev --size $((64 << 20)) --tmpfs /tmp)
    for directory in bin sbin lib lib32 lib64; do
        if [[ -L /$directory ]]; then
            system+=(--symlink "$(readlink "/$directory")" "/$directory")
        elif [[ -d /$directory ]]; then
            system+=(--ro-bind "/$directory" "/$directory")
        fi
    done
    # A copy: what stands in /etc may be replaced meanwhile, and bwrap would fail.
    for directory in "$1"/etc/*; do
        [[ -e $directory ]] || continue
        system+=(--ro-bind "$directory" "/etc/${directory##*/}")
    done
    # A checkout below /usr is not part of the system.
    [[ $PWD != /usr/* ]] || system+=(--tmpfs "$PWD")
    system+=(--size $((16 << 20)) --tmpfs /dev/shm --remount-ro /dev)
}

sandbox() {
    local seconds=$1 filter=()

    shift
    nobody
    place
    exec 11</dev/null
    if [[ -n ${GRADE_KIT-} ]]; then
        filter=(--seccomp 11)
        exec 11<"$GRADE_KIT/filter"
    fi
    # shellcheck disable=SC2086 # words
    timeout --foreground -s KILL "$seconds" ${SANDBOX_SCOPE-} "${place[@]}" "${nobody[@]}" \
        bwrap --unshare-all "${filter[@]}" --die-with-parent --new-session --uid 65534 --gid 65534 \
        --hostname sandbox --clearenv --setenv PATH /usr/bin:/bin:/usr/sbin \
        --setenv LANG C.UTF-8 --setenv HOME /tmp "${system[@]}" "$@" </dev/null
}

sandbox_works() {
    local said

    if ! command -v bwrap >/dev/null; then
        echo "bubblewrap is not installed: scripts/setup"
        return 1
    fi
    sandbox_system /nonexistent
    # As the real one: a sandbox in a sandbox.
    said=$(sandbox 10 bwrap --unshare-user --unshare-pid --ro-bind / / --proc /proc true \
        2>&1) && return
    printf '%s\n' "bubblewrap does not work here: ${said##*$'\n'}" \
        "User namespaces must be allowed: sysctl kernel.unprivileged_userns_clone=1" \
        "(Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04), or, in" \
        "a container, docker run --security-opt seccomp=unconfined" \
        "--security-opt systempaths=unconfined."
    return 1
}
