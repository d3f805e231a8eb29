# shellcheck shell=bash
# make grade HOSTS=file: GNU parallel takes students to other machines over ssh. Sourced by
# scripts/grade. A host gets the kit once, in a directory of the same name as here, and
# there grading/host-check and grading/host-job. The file is parallel's --sshloginfile:
# a host on each line, "4/ada@host" for four at once.

# on_hosts FILE OPTION… COMMAND…: parallel, on these hosts. One that says nothing for 15 s
# has died.
on_hosts() {
    PARALLEL_SSH="${PARALLEL_SSH:-ssh} -o BatchMode=yes -o ConnectTimeout=10 \
-o ServerAliveInterval=5 -o ServerAliveCountMax=3" \
        parallel --will-cite --sshloginfile "$1" --workdir "$GRADE_KIT" "${@:2}"
}

# check_hosts: exit 2, and why, if there is no file or no host in it.
check_hosts() {
    local tool

    for tool in ssh rsync; do
        command -v $tool >/dev/null ||
            die "grade: HOSTS needs $tool: apt-get install openssh-client rsync, here and there"
    done
    [[ -r ${HOSTS:=} && ! -d $HOSTS ]] || die "grade: HOSTS=$HOSTS: there is no such file"
    grep -q '^[^#]*[^# ]' "$HOSTS" || die "grade: HOSTS=$HOSTS: there is no host in it"
}

# send_kit: to all hosts. Those that can grade go to the file $GRADE_KIT/hosts; why one
# cannot is reported. Exit 2 if none can.
send_kit() {
    local name hosts number said

    for name in GRADE_IDS BUILD UNSAFE EXERCISE_PATIENCE GRADE_SECONDS SEED; do
        [[ -z ${!name-} ]] || printf 'export %s=%q\n' "$name" "${!name}"
    done >"$GRADE_KIT/settings"
    system_versions >"$GRADE_KIT/versions"
    tar -C "$GRADE_KIT" -czf "$GRADE_KIT.tar.gz" .
    mv "$GRADE_KIT.tar.gz" "$GRADE_KIT/kit.tar.gz"
    mkdir "$GRADE_KIT/jobs" "$GRADE_KIT/checked"
    mapfile -t hosts < <(sed 's/#.*//; s/^ *//; s/ *$//; /^$/d' "$HOSTS")
    for number in "${!hosts[@]}"; do
        send_to "$number" "${hosts[number]}" &
    done
    wait
    for number in "${!hosts[@]}"; do
        said=$(grep -v '^parallel: Warning' "$GRADE_KIT/checked/$number" | tail -n 1) || true
        if [[ $said == ready ]]; then
            echo "${hosts[number]}"
        else
            echo "grade: ${hosts[number]} is left out: ${said:-it does not answer}" >&2
        fi
    done >"$GRADE_KIT/hosts"
    [[ -s $GRADE_KIT/hosts ]] || die "grade: HOSTS=$HOSTS: no host in it can grade"
}

# send_to NUMBER HOST: what it says goes to the file checked/NUMBER.
send_to() {
    echo "$2" >"$GRADE_KIT/checked/$1.host"
    cd "$GRADE_KIT" || return
    on_hosts "$GRADE_KIT/checked/$1.host" --nonall --basefile kit.tar.gz \
        'tar -xzf kit.tar.gz && test/scripts/grading/host-check' \
        >"$GRADE_KIT/checked/$1" 2>&1 </dev/null || true
}

# grade_on_hosts STUDENT…: by number, since names may have anything in them. A student
# whose host dies is graded on another one. Prints what grade-student prints. What comes
# back last is left for take_returned.
grade_on_hosts() {
    local student number=0 line

    for student in "$@"; do
        number=$((number + 1))
        cp -r "$student" "$GRADE_KIT/jobs/$number"
        realpath -z "$student" >"$GRADE_KIT/jobs/$number.of"
    done
    (cd "$GRADE_KIT" && seq -f 'jobs/%g' "$number" | on_hosts "$GRADE_KIT/hosts" --line-buffer \
        --retries 3 --rsync-opts "-rlDzR --delay-updates" --transferfile {} --return {} \
        test/scripts/grading/host-job {} 2> >(once >&2)) | while read -r line; do
        take_returned
        echo "$line"
    done
}

# once: passes a line on when it comes for the first time; what rsync says of a host that
# died, ssh has said.
once() {
    local line
    local -A seen=()

    while IFS= read -r line; do
        [[ $line == rsync* || -n ${seen[".$line"]-} ]] || printf '%s\n' "$line"
        seen[".$line"]=yes
    done
}

# take_returned: results that have come back go to their students' directories.
take_returned() {
    local time student

    for time in "$GRADE_KIT"/jobs/*/time; do
        [[ -e $time ]] || continue
        IFS= read -rd '' student <"${time%/time}.of"
        cp -r "${time%/time}/." "$student"
        rm "$time"
    done
}

# leave_hosts: removes what send_kit has put there.
leave_hosts() {
    [[ ! -s $GRADE_KIT/hosts ]] ||
        (cd / && on_hosts "$GRADE_KIT/hosts" --nonall --timeout 20 "cd / && rm -rf $GRADE_KIT") \
            >/dev/null 2>&1 </dev/null || true
}

# system_versions: what marks may depend on.
system_versions() {
    echo "machine $(uname -m)"
    echo "gcc $(gcc -dumpfullversion)"
    echo "libevent $(pkg-config --modversion libevent)"
    getconf GNU_LIBC_VERSION
    mariadbd --version | grep -o 'Ver [0-9.]*' | sed 's/Ver/MariaDB/'
}
