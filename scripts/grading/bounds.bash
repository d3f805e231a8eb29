# shellcheck shell=bash
# What scripts/grade takes once for all the sandboxes it will need.

# Sets SANDBOX_USERS, which no other grading on this machine has: a lock, 8, is
# held as long as this process lives.
take_users() {
    local block

    export SANDBOX_USERS
    ((EUID == 0)) || return 0
    for block in {0..7}; do
        exec 8>"/run/workbook-grade.$block"
        SANDBOX_USERS=$((60600 + 64 * block))
        ! flock -n 8 || return 0
    done
    echo "grade: eight gradings are under way on this machine already" >&2
    return 1
}

# take_slot: for a job of make grade HOSTS=file: as take_users, but one user of a block that
# is for such jobs, and sets PARALLEL_JOBSLOT, which no other job on this machine has.
# Locks, 8 and 10, are held as long as this process lives.
take_slot() {
    local block locks=$GRADE_KIT

    ((EUID != 0)) || locks=/run
    export SANDBOX_USERS PARALLEL_JOBSLOT
    for block in {0..7}; do
        ((EUID != 0)) || exec 8>"/run/workbook-grade.$block"
        SANDBOX_USERS=$((60600 + 64 * block))
        ((EUID != 0)) || flock -n -s 8 || continue
        for PARALLEL_JOBSLOT in {0..63}; do
            exec 10>"$locks/workbook-grade.$block.$PARALLEL_JOBSLOT"
            ! flock -n 10 || return 0
        done
    done
    echo "grade: eight gradings are under way on this machine already" >&2
    return 1
}

# take_processors: prints the numbers of those that this process may use.
take_processors() {
    local part

    for part in $(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status | tr ',' ' '); do
        seq "${part%-*}" "${part#*-}"
    done | xargs
}

# Where systemd runs: words before a command, that bound by cgroup what it and all
# below it take. For SANDBOX_SCOPE.
sandbox_scope() {
    local scope=(systemd-run --scope --quiet --collect -p MemoryMax=2G -p MemorySwapMax=0
        -p TasksMax=512 -p CPUWeight=100)

    ((EUID == 0)) || scope+=(--user)
    if "${scope[@]}" -- true >/dev/null 2>&1; then
        echo "${scope[*]} --"
    fi
}
