# shellcheck shell=bash
# Time as the program was given it. On a busy machine a right program needs longer,
# so a limit counts only the time in which it could have run or slept. A part of
# exercise_helper.bash; run.bash calls it.
#
#   start_pace      begins to count
#   pace [PID]      sets $had, the µs that have passed since then; of these are left
#                   out: the time that PID waited for a processor, and, with more
#                   programs ready to run than processors, the share of the others
#   note_use PID    writes $run.used as exercise_clock.c does, for a run that is
#                   about to be killed
#   ask_where       sends SIGABRT, so that the sanitizer reports what the program is
#                   doing; it may take its time, and a program may ignore it
#   end_late        ends a run whose time is over: asks it where it is, and when
#                   $had is a second later, kills it. $run.late says that it was late

mapfile -t processors < <(printf '%s\n' /sys/devices/system/cpu/cpu[0-9]*)
cores=${#processors[@]}

start_pace() {
    had=0 paced=${EPOCHREALTIME/[.,]/} paced_pid=''
}

pace() {
    local now=${EPOCHREALTIME/[.,]/} real given ready waits

    real=$((now - paced)) given=$((now - paced)) paced=$now
    read -r _ _ _ ready _ </proc/loadavg
    ready=$((${ready%/*} - 1)) # the one that reads this is ready, too
    ((ready <= cores)) || given=$((real * cores / ready))
    if [[ -n ${1-} ]] && { read -r _ waits _ <"/proc/$1/schedstat"; } 2>/dev/null; then
        waits=$((waits / 1000)) # ns
        [[ $1 == "$paced_pid" ]] || waited=$waits paced_pid=$1
        ((real - (waits - waited) >= given)) || given=$((real - (waits - waited)))
        waited=$waits
    fi
    # Whatever /proc says here, an end comes.
    ((given >= real / 30)) || given=$((real / 30))
    had=$((had + given))
}

ask_where() {
    local pid=''

    { read -r pid <"$run.pid"; } 2>/dev/null || return 0
    kill -ABRT "$pid" 2>/dev/null || true
}

end_late() {
    if [[ ! -e $run.late ]]; then
        note_use "$(<"$run.pid")"
        : >"$run.late"
        ask_where
    fi
    ((had < (limit + 1) * patience * 1000000)) || end_group
}

note_use() {
    local ran waits begun now=${EPOCHREALTIME/[.,]/}

    { read -r ran waits _ <"/proc/$1/schedstat"; } 2>/dev/null || return 0
    begun=$(stat -c %.3Y "$run.group")
    waits=$((waits / 1000000))
    echo "$((ran / 1000000)) $((now / 1000 - ${begun/[.,]/} - waits)) 0" >"$run.used"
}
