#!/usr/bin/env bats
# make grade HOSTS=file. In place of ssh stands a script that runs the command here, with a
# /tmp of its own for each host; two real ones are in soak/grade_hosts.bats.

load ../../lib/test_helper
load ../helpers/class

plain_build_only=yes

setup() {
    [[ -z ${SANITIZE-}${VALGRIND-} ]] || skip "the same for every build"
    for tool in ssh rsync; do
        command -v $tool >/dev/null || skip "no $tool here: scripts/setup --dev"
    done
    copy_workbook "$BATS_TEST_TMPDIR"
    export class PARALLEL_SSH=$BATS_TEST_TMPDIR/ssh HOSTS=$BATS_TEST_TMPDIR/hosts
    export fake=$BATS_TEST_TMPDIR/fake
}

# fake_ssh: "gone" is down, "bare" lacks bubblewrap, "other" has another libevent. "weak"
# dies when it has begun with a student.
fake_ssh() {
    cat >"$PARALLEL_SSH" <<'SCRIPT'
#!/bin/bash
while [[ $1 == -* ]]; do
    [[ $1 != -[ol] ]] || shift
    shift
done
host=$1
shift
[[ $1 != -- ]] || shift
echo "$*" >>"$fake/$host"
# What parallel runs is encoded; the first is host-check.
if [[ $host == gone ]] || [[ $host == weak && $(grep -c GNU_Parallel_worker "$fake/weak") -gt 1 ]]; then
    echo "ssh: connect to host $host port 22: No route to host" >&2
    exit 255
fi
mkdir -p "$fake/$host.tmp"
exec unshare --mount bash -c '[[ $1 != bare ]] || mount --bind /dev/null /usr/bin/bwrap
    [[ $1 != other ]] || mount --bind "$fake/libevent.pc" "$libevent"
    mount --bind "$fake/$1.tmp" /tmp
    exec bash -c "$2"' - "$host" "$*"
SCRIPT
    chmod +x "$PARALLEL_SSH"
    mkdir -p "$fake"
    libevent=$(pkg-config --variable=pcfiledir libevent)/libevent.pc
    export libevent
    sed 's/^Version:.*/Version: 2.2.1/' "$libevent" >"$fake/libevent.pc"
}

@test "grade: HOSTS= names what is wrong with the file, or with each host" {
    fake_ssh
    answer ada <"$book/01-loop/solutions/1_greet.c"
    HOSTS=/none run -2 grade UNSAFE=1 SUBMISSION="$class"
    assert_line "grade: HOSTS=/none: there is no such file"
    printf '# none yet\n\n' >"$HOSTS"
    run -2 grade UNSAFE=1 SUBMISSION="$class"
    assert_line "grade: HOSTS=$HOSTS: there is no host in it"
    echo gone >>"$HOSTS"
    run -2 grade UNSAFE=1 SUBMISSION="$class"
    assert_line "grade: gone is left out: ssh: connect to host gone port 22: No route to host"
    assert_line "grade: HOSTS=$HOSTS: no host in it can grade"
}

@test "grade: results come back from hosts; one that cannot grade or dies costs none" {
    [[ $EUID == 0 ]] || skip "needs root, for a /tmp of each host's own"
    why=$(cd "$root" && source scripts/grading/sandbox.bash && sandbox_works) ||
        skip "no sandbox here: ${why%%$'\n'*}"
    fake_ssh
    odd=$'new\nline $HOME'
    mkdir -p "$class/ada" "$class/bob" "$class/$odd"
    cp "$book/01-loop/solutions/1_greet.c" "$class/ada"
    sed 's/hello/hallo/' "$class/ada/1_greet.c" >"$class/bob/1_greet.c"
    cp "$class/ada/1_greet.c" "$class/$odd"
    printf '%s\n' "# ours" 1/one 1/weak other bare >"$HOSTS"
    run grade SUBMISSION="$class" FORMAT=junit
    assert_success
    assert_line --regexp "^grade: bare is left out: Missing on this machine: bubblewrap; "
    assert_line --regexp "^grade: other is left out: its libevent is 2.2.1, and here it is 2\.1\."
    assert_line "grading: students 3, answers 3, hosts 2"
    assert_line --regexp '^ada +1/1 +1/1$'
    assert_line --regexp '^bob +0/1 +0/1  01-1 not so: it greets the number it was given$'
    assert_line --regexp '^new\?line \$HOME +1/1 +1/1$'
    (($(grep -c GNU_Parallel_worker "$fake/weak") > 1))
    assert_equal "$(grep -c "connect to host weak" <<<"$output")" 1
    refute_output --partial rsync
    # The kit is sent once: all else that is sent is a student, who comes back.
    run grep -c -e --sender "$fake/one"
    assert_output 3
    assert_equal "$(grep -c 'rsync --server -' "$fake/one")" $((1 + 2 * 3))
    [[ -z $(find "$fake/one.tmp" -name 'grade.*') ]]
    assert_equal "$(cat "$book"/build/grade/students/*/time | wc -l)" 3 # none is graded here
    assert_regex "$(<"$book/build/grade/students/bob/01-1.tap")" "came +hallo"
    assert_equal "$(grep -c "<failure" "$book/build/grade/junit.xml")" 1
}
