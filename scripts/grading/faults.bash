# shellcheck shell=bash
# Finds out whether the grader failed, or the machine, rather than an answer. A part of
# scripts/grading/grade-exercise, which knows $work and what ran.

# begin_run: call it before an answer is built or checked.
begin_run() {
    : >"$work/ledger"
    begun=${EPOCHREALTIME/[.,]/} system_before=$(system_state)
    read_processors
    idle_before=$idle own_before=$own
}

# system_state: changes when packages are installed, by unattended-upgrades for example.
system_state() {
    stat -c '%i %Y' /etc/ld.so.cache /var/lib/dpkg/status 2>/dev/null || true
}

# read_processors: sets $idle, the 10 ms that the processor of this job, or all of them,
# had nothing to do, and $own, those that what this shell has started has used.
read_processors() {
    local user system

    place
    idle=$(awk -v name="cpu${place[2]-}" '$1 == name { print $5 + $6 }' /proc/stat)
    { read -r _ && read -r user system; } < <(times)
    user=${user%s} system=${system%s}
    own=$(((${user%m*} + ${system%m*}) * 6000))
    user=${user#*m} system=${system#*m} user=${user/./} system=${system/./}
    own=$((own + (10#$user + 10#$system) / 10))
}

# was_crowded: true if the processor had no rest, and others than this job kept it busy.
was_crowded() {
    local took=$(((${EPOCHREALTIME/[.,]/} - begun) / 10000))

    read_processors
    ((idle - idle_before < took / 10 && own - own_before < took / 2))
}

# fault_of_run [TAP]: prints why the run since begin_run says nothing about the answer,
# or nothing.
fault_of_run() {
    local state

    if (($(grep -c begun "$work/ledger") > $(grep -c started "$work/ledger"))); then
        echo "its program was not started"
    elif [[ -n ${1-} ]] && state=$(grep -am 1 -oE "^# [^|].*($(errors))" "$1"); then
        echo "the checks had no room: ${state##*: }"
    elif ! (cd "$GRADE_KIT" && sha256sum --status -c sums); then
        echo "what it is checked with was damaged"
    elif [[ $(system_state) != "$system_before" ]]; then
        echo "packages were installed meanwhile"
    elif ! has_room "$work" || [[ -n ${UNSAFE-} ]] && ! has_room /tmp; then
        echo "the disk is full"
    fi
}

# errors: what the checks' own shell says when the machine has no more of something. A
# program's words are never where fault_of_run looks.
errors() {
    echo "No space left on device|Resource temporarily unavailable|Cannot allocate memory|$(
    )Too many open files"
}

# has_room DIRECTORY
has_room() {
    local file status=0

    file=$(mktemp "$1/room.XXXXXX") || return
    head -c 4M /dev/zero 2>/dev/null >"$file" || status=1
    rm -f "$file"
    return "$status"
}
