# shellcheck shell=bash
# Finds out what became of a run. A crash, a program that never ends and endless
# output end the test here, whatever the test expects. A part of
# exercise_helper.bash; run.bash calls judge after each run.

# judge: sets $output $lines $stderr $took $used $could $switches from the files of
# the run; ends the test if the run went wrong. A right run starts no process here but stat.
judge() {
    local report='' size

    read_output
    mapfile -t lines <<<"$output"
    dids[runs]=$did thens[runs]=$then
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
    elif [[ $report == *"descriptors exhausted"* ]]; then
        misbehaved "it opens descriptors without end: stopped at 2048"
    elif [[ $report == *"processor time exhausted"* ]]; then
        touch "$BATS_FILE_TMPDIR/never_ended"
        misbehaved "it uses processors without end: stopped after 30 s of their time"
    elif [[ $report == *"runtime error: "* || $report == *"ERROR: AddressSanitizer"* ]] &&
        ! [[ -e $run.late && $report == *"ERROR: AddressSanitizer: ABRT"* ]]; then
        misbehaved "it crashed: $(explain crash "$name" <<<"$report")"
    elif [[ -e $run.late ]]; then # whatever it made of the signal
        touch "$BATS_FILE_TMPDIR/never_ended"
        misbehaved "it never ended: stopped after $((limit * patience)) s$(still_printing)
$(explain stuck "$name" "$used" "$could" "$run.open" <<<"$report")"
    elif ((status == 130 || status == 143)); then
        misbehaved "it was killed by SIG$(kill -l $((status - 128))): it did not handle it then"
    elif ((status > 128 && status <= 192)); then
        misbehaved "it crashed: killed by SIG$(kill -l $((status - 128)))$(
            ((status != 141)) || echo " (it wrote to a connection that was closed)"
        )"
    fi
}

# still_printing: says so if it printed much, and in its last 200 ms, too.
still_printing() {
    local out late

    out=$(stat -c %.3Y "$run.out") late=$(stat -c %.3Y "$run.late")
    ((size < 8192 || ${late/[.,]/} - ${out/[.,]/} > 200)) ||
        printf ', while it still printed: it does something again and again'
}

# read_output: sets $output and $stderr: of stderr the last 100,000 bytes or so. A zero
# byte, which bash cannot hold, is "\0" in $output.
read_output() {
    { output=$(<"$run.out") stderr=$(<"$run.err"); } 2>/dev/null # bash warns of NUL bytes
    ! IFS= read -rd '' _ <"$run.out" || output=$(sed 's/\x0/\\0/g' "$run.out")
    ((${#stderr} <= 100000)) || { stderr=${stderr: -100000} && stderr=${stderr#*$'\n'}; }
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

# where_it_is: prints, after a newline, where a program is that does not answer its peer,
# unless it waits in its event loop, as it ought to. Ends it.
where_it_is() {
    local report where

    [[ -e $run.silent ]] || return 0
    start_pace
    ask_where
    until [[ -e $run.status ]] || ((had >= 1000000 * patience)); do
        sleep 0.02
        pace "$exercise_pid"
    done
    read_report
    where=$(explain stuck_in "$name" <<<"$report")
    [[ -z $where ]] || printf '\n%s' "$where"
}
