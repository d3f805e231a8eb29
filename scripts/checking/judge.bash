# shellcheck shell=bash
# Finds out what became of a run. A crash, a program that never ends and endless
# output end the test here, whatever the test expects. A part of
# exercise_helper.bash; run.bash calls judge after each run.

# judge: sets $output $lines $stderr $took $used $could $switches from the files of
# the run; ends the test if the run went wrong. A right run starts no process here but stat.
judge() {
    local report='' size

    { output=$(<"$run.out") stderr=$(<"$run.err"); } 2>/dev/null # bash warns of NUL bytes
    stderr=${stderr::100000}
    mapfile -t lines <<<"$output"
    read_report
    if ((status == 134 || status == 137)) && [[ $stderr == *": runtime error: "* ]]; then
        report=$stderr stderr='' # UBSan reports there, even with a log_path
    fi
    measure
    if ((size >= output_limit * 1024)); then
        output='' stderr=''
        misbehaved "it prints without end: stopped after $((output_limit / 1024)) MiB"
    elif [[ $report == *"hard rss limit exhausted"* ]]; then
        misbehaved "it takes memory without end: stopped at 512 MiB"
    elif [[ $report == *"runtime error: "* || $report == *"ERROR: AddressSanitizer"* ]]; then
        misbehaved "it crashed: $(explain crash "$name" <<<"$report")"
    elif ((status == 137)); then
        touch "$BATS_FILE_TMPDIR/never_ended"
        misbehaved "it never ended: stopped after $limit s$(busy_or_asleep)"
    elif ((status > 128 && status <= 192)); then
        misbehaved "it crashed: killed by SIG$(kill -l $((status - 128)))$(
            ((status != 141)) || echo " (it wrote to a connection that was closed)"
        )"
    fi
}

# read_report: sets $report to what the sanitizers reported about the run.
read_report() {
    local file

    report=''
    for file in "$run".report.*; do
        [[ ! -s $file ]] || report+=$(<"$file")$'\n'
    done
}

# explain WHAT ARGUMENT…: puts a report on stdin into words.
explain() {
    "$python" -I -S "$root/scripts/checking/explain_report.py" "$@"
}

# measure: sets $size, the bytes that the run printed, $took, $used, $could and
# $switches. The run took the time from the last write of its .group file to that of
# its .status file.
measure() {
    local of

    mapfile -t of < <(stat -c '%s %.3Y' "$run".{out,err,group,status} 2>/dev/null)
    size=$((${of[0]% *} + ${of[1]% *})) took=0
    if ((${#of[@]} == 4)); then
        of=("${of[@]#* }") took=$((${of[3]/[.,]/} - ${of[2]/[.,]/}))
    fi
    read_use
}

# read_use: the program itself has said what it did with its time, and may say what it
# likes: a number is a number, and not far from what was seen from outside.
read_use() {
    local processor had

    used='' could='' switches=''
    { read -r used could switches <"$run.used"; } 2>/dev/null || true
    [[ "$used $could $switches" =~ ^[0-9]{1,9}\ [0-9]{1,9}\ [0-9]{1,9}$ ]] ||
        used='' could='' switches=''
    [[ -n $used ]] || return 0
    read -r processor had <"$run.seen"
    used=$((10#$used)) could=$((10#$could)) switches=$((10#$switches))
    ((processor <= 2 * used + 800)) || used=$processor # the rest is start and end
    ((could <= took + 100)) || could=$took
    ((could >= had - 800)) || could=$had
}

# busy_or_asleep: prints what a program that never ended did meanwhile, as far as
# its processor time shows that: of the time in which it could have run.
busy_or_asleep() {
    [[ -n $used ]] || return 0
    if ((used >= could / 8)); then
        printf ', the loop never became idle'
    else
        printf '\nit slept: an event is still pending, or a call waits'
    fi
    ((used <= could / 2)) ||
        printf '\nit used the processor all the time (%.1f s of %.1f): an endless loop' \
            "${used}e-3" "${could}e-3"
}
